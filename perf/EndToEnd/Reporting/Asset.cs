using System.Reflection;

namespace EndToEnd.Reporting;

/// <summary>A file that is embedded in this program for its reports.</summary>
internal static class Asset
{
    /// <param name="name">Its path from the folder of the reports.</param>
    public static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
