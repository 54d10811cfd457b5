using System.Text;
using System.Text.Encodings.Web;

namespace EndToEnd.Reporting;

/// <summary>HTML as it is written. Everything that is not a tag of its own is encoded.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    public HtmlText Element(string name, string text, string attributes = "")
    {
        _text.Append('<').Append(name).Append(attributes).Append('>').Append(Encode(text)).Append("</").Append(name).Append(">\n");
        return this;
    }

    /// <summary>A tag that opens or closes; its attributes are encoded already.</summary>
    public HtmlText Tag(string tag)
    {
        _text.Append('<').Append(tag).Append(">\n");
        return this;
    }

    /// <summary>A place for a chart, which the script fills.</summary>
    /// <param name="kind">Which kind of chart.</param>
    /// <param name="of">What it shows.</param>
    /// <param name="label">What a reader is told who does not see it.</param>
    /// <param name="height">In rem; null for the usual.</param>
    public HtmlText Chart(string kind, string of, string label, int? height = null)
    {
        string style = height is { } rem ? $" style=\"height: {rem}rem\"" : "";
        _text.Append($"<div class=\"chart\"{style}><canvas data-kind=\"{kind}\" data-of=\"{Encode(of)}\" role=\"img\" aria-label=\"{Encode(label)}\"></canvas></div>\n");
        return this;
    }

    /// <summary>A table. The first cell of a row is its heading, and those that say so hold numbers.</summary>
    public HtmlText Table(string caption, IReadOnlyList<HtmlColumn> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Tag("div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"" + Encode(caption) + "\"").Tag("table").Element("caption", caption).Tag("thead").Tag("tr");
        foreach (HtmlColumn column in columns)
            Element("th", column.Name, " scope=\"col\"" + column.Attributes);
        Tag("/tr").Tag("/thead").Tag("tbody");
        foreach (IReadOnlyList<string> row in rows)
        {
            Tag("tr").Element("th", row[0], " scope=\"row\"" + columns[0].Attributes);
            for (int i = 1; i < row.Count; i++)
                Element("td", row[i], columns[i].Attributes);
            Tag("/tr");
        }
        return Tag("/tbody").Tag("/table").Tag("/div");
    }
}

/// <summary>A column of a table.</summary>
internal sealed record HtmlColumn(string Name, bool IsNumber = false)
{
    public string Attributes => IsNumber ? " class=\"number\"" : "";
}
