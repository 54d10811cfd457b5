namespace JobServer;

/// <summary>What a browser sees.</summary>
internal static class Page
{
    public const string Html = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Jobs</title>
        <style>body{font:16px system-ui;margin:2rem;max-width:48rem}form{margin-bottom:.5rem}#away{color:#b00;min-height:1.5em;margin:0}td{overflow-wrap:anywhere}td:first-child{white-space:nowrap}table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd}progress{width:12rem}</style>
        <h1>Jobs</h1>
        <form><input name="text" required pattern=".*\S.*" placeholder="Text to shout" autofocus> <button>Submit</button></form>
        <p id="away" role="status"></p>
        <table><thead><tr><th>Job<th>Text<th>Progress<th>Result</thead><tbody></tbody></table>
        <script>
        const rows = document.querySelector('tbody');
        async function ask(...what) {
          const answer = await fetch(...what).catch(() => null);
          document.querySelector('#away').textContent = !answer ? 'The web program does not answer.' : answer.ok ? '' : await answer.text();
          return answer?.ok ? answer.json() : null;
        }
        async function show() {
          const jobs = await ask('/jobs');
          if (!jobs) return;
          rows.replaceChildren(...jobs.reverse().map(job => {
            const row = document.createElement('tr');
            const bar = Object.assign(document.createElement('progress'), { max: 100, value: job.percent });
            for (const cell of [job.id.slice(-6), job.text, bar, job.result ?? '']) row.insertCell().append(cell);
            return row;
          }));
        }
        document.querySelector('form').onsubmit = async event => {
          event.preventDefault();
          const text = event.target.text.value; event.target.reset();
          await ask('/jobs', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) });
          show();
        };
        setInterval(show, 500); show();
        </script>
        """;
}
