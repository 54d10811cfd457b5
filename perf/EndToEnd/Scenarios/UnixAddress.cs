namespace EndToEnd.Scenarios;

/// <summary>Addresses of the library for paths in the workplace.</summary>
internal static class UnixAddress
{
    public static string New(Workplace workplace) => "unix:" + workplace.NewPath();
}
