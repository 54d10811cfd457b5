namespace CrossChannels.Workers.Methods;

/// <summary>The names that the compiler makes for lambdas and local functions, as a reader of the source knows them.</summary>
internal static class CompilerName
{
    /// <summary>True for a name that no source has.</summary>
    public static bool IsOne(string name) => name.StartsWith('<');

    /// <summary><c>&lt;&lt;Main&gt;$&gt;g__Crash|0_14</c> is Crash, and <c>&lt;Run&gt;b__41_60</c> a lambda in Run.</summary>
    public static string Display(string name)
    {
        int end = IsOne(name) ? End(name) : -1;
        if (end < 0)
            return name;
        string around = Display(name[1..end]);
        string kind = name[(end + 1)..];
        if (kind.StartsWith("g__", StringComparison.Ordinal))
            return kind.Split('|')[0]["g__".Length..];
        return kind.StartsWith("b__", StringComparison.Ordinal) ? $"a lambda in {around}" : around;
    }

    /// <summary>Where the name in brackets ends; -1 if it does not.</summary>
    private static int End(string name)
    {
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
            if (depth == 0)
                return i;
        }
        return -1;
    }
}
