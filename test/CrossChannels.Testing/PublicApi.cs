using System.Reflection;
using System.Text;

namespace CrossChannels.Testing;

/// <summary>Holds the public surface of a library against the file that shows it, so that the two change together only.</summary>
internal static class PublicApi
{
    /// <param name="library">The library.</param>
    /// <param name="approvedPath">The file, from the root of the repository.</param>
    public static void AssertApproved(Assembly library, string approvedPath)
    {
        string[] received = new PublicApiPrinter().Print(library);
        string path = Repository.At(approvedPath);
        string[] approved = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (approved.SequenceEqual(received, StringComparer.Ordinal))
            return;

        string receivedPath = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(path).Replace(".approved.", ".received.", StringComparison.Ordinal));
        File.WriteAllText(receivedPath, string.Concat(received.Select(line => line + "\n")));
        Assert.Fail(
            $"The public API is not the approved one. If it should be, approve it:\n  cp {receivedPath} {path}\n" +
            $"What differs ('-' approved, '+' received):\n{Difference(approved, received)}");
    }

    private static string Difference(string[] approved, string[] received)
    {
        // Longest common subsequence: the files are a few hundred lines.
        int[,] common = new int[approved.Length + 1, received.Length + 1];
        for (int i = approved.Length - 1; i >= 0; i--)
        {
            for (int j = received.Length - 1; j >= 0; j--)
            {
                common[i, j] = string.Equals(approved[i], received[j], StringComparison.Ordinal)
                    ? common[i + 1, j + 1] + 1
                    : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var text = new StringBuilder();
        int a = 0, r = 0;
        while (a < approved.Length || r < received.Length)
        {
            if (a < approved.Length && r < received.Length && string.Equals(approved[a], received[r], StringComparison.Ordinal))
            {
                a++;
                r++;
            }
            else if (r == received.Length || (a < approved.Length && common[a + 1, r] >= common[a, r + 1]))
            {
                text.Append("- ").AppendLine(approved[a++]);
            }
            else
            {
                text.Append("+ ").AppendLine(received[r++]);
            }
        }

        return text.ToString();
    }
}
