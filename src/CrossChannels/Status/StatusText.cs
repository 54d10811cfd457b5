using System.Collections;
using System.Globalization;
using System.Text;

namespace CrossChannels;

/// <summary>Statuses as text, with what their lists contain: <c>Name = value, ...</c>.</summary>
internal static class StatusText
{
    public static StringBuilder Member(this StringBuilder text, string name, object? value)
    {
        if (text.Length > 1 && text[^2] != '{')
            text.Append(", ");
        text.Append(name).Append(" = ");
        if (value is not IEnumerable values || value is string)
            return text.Append(CultureInfo.InvariantCulture, $"{value}");
        text.Append('[');
        bool isFirst = true;
        foreach (object item in values)
        {
            text.Append(isFirst ? "" : ", ").Append(item);
            isFirst = false;
        }
        return text.Append(']');
    }
}
