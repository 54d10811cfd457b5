namespace JobServer;

/// <summary>What a browser sees.</summary>
internal static class Page
{
    public const string Html = """
        <!doctype html><meta charset="utf-8"><title>Jobs</title>
        <style>body{font:16px system-ui;margin:2rem;max-width:48rem}table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd}progress{width:12rem}</style>
        <h1>Jobs</h1>
        <form><input name="text" required placeholder="Text to shout" autofocus> <button>Submit</button></form>
        <table><thead><tr><th>Job<th>Text<th>Progress<th>Result</thead><tbody></tbody></table>
        <script>
        const rows = document.querySelector('tbody');
        async function show() {
          const jobs = await (await fetch('/jobs')).json();
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
          await fetch('/jobs', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) });
          show();
        };
        setInterval(show, 500); show();
        </script>
        """;
}
