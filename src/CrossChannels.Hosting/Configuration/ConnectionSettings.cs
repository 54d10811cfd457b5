using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CrossChannels.Hosting;

/// <summary>Reads <see cref="ConnectionOptions"/> from a section.</summary>
internal static class ConnectionSettings
{
    public static ConnectionOptions Read(SettingsSection? section, ConnectionOptions options)
    {
        if (section is null)
            return options;
        options = section.Set(options, nameof(options.ConnectTimeout), SettingsSection.Time, static (o, v) => o with { ConnectTimeout = v });
        options = section.Set(options, nameof(options.ListenTimeout), SettingsSection.Time, static (o, v) => o with { ListenTimeout = v });
        options = section.Set(options, nameof(options.GreetingTimeout), SettingsSection.Time, static (o, v) => o with { GreetingTimeout = v });
        options = section.Set(options, nameof(options.CloseTimeout), SettingsSection.Time, static (o, v) => o with { CloseTimeout = v });
        options = section.Set(options, nameof(options.ExitTimeout), SettingsSection.Time, static (o, v) => o with { ExitTimeout = v });
        options = section.Set(options, nameof(options.PeerTimeout), SettingsSection.Time, static (o, v) => o with { PeerTimeout = v });
        options = section.Set(options, nameof(options.MaxUnreadBytes), SettingsSection.LongNumber, static (o, v) => o with { MaxUnreadBytes = v });
        options = section.Set(options, nameof(options.MaxUnsentBytes), SettingsSection.LongNumber, static (o, v) => o with { MaxUnsentBytes = v });
        options = section.Set(options, nameof(options.MaxLinks), SettingsSection.Number, static (o, v) => o with { MaxLinks = v });
        options = section.Set(options, nameof(options.MaxPendingGreetings), SettingsSection.Number, static (o, v) => o with { MaxPendingGreetings = v });
        options = section.Set(options, nameof(options.MaxEmptyFramesPerSecond), SettingsSection.Number, static (o, v) => o with { MaxEmptyFramesPerSecond = v });
        options = section.Set(options, nameof(options.AllowPlainTcp), SettingsSection.Flag, static (o, v) => o with { AllowPlainTcp = v });
        options = section.Set(options, nameof(options.Key), Encoding.UTF8.GetBytes, static (o, v) => o with { Key = v });
        options = section.Set(options, nameof(options.RequiredKeyToWrite), Encoding.UTF8.GetBytes, static (o, v) => o with { RequiredKeyToWrite = v });
        options = section.Set(options, nameof(options.RequiredKeyToRead), Encoding.UTF8.GetBytes, static (o, v) => o with { RequiredKeyToRead = v });
        if (!OperatingSystem.IsWindows())
            options = section.Set(options, "AllowGroup", SettingsSection.Flag, static (o, v) => OperatingSystem.IsWindows() ? o : o with { AllowGroup = v });
        if (section.Section(nameof(options.Tls)) is { } tls)
            options = options with { Tls = ReadTls(tls) ?? options.Tls };
        section.RefuseOthers();
        return options;
    }

    private static TlsOptions? ReadTls(SettingsSection section)
    {
        string? certificate = section.Text("CertificatePath");
        string? key = section.Text("KeyPath");
        string? password = section.Text("Password");
        string? roots = section.Text("TrustedRootsPath");
        string? host = section.Text(nameof(TlsOptions.TargetHost));
        section.RefuseOthers();
        if (certificate is null)
        {
            section.Fail("CertificatePath", "a certificate is needed: a PEM file, with its private key there or at KeyPath, or a PKCS#12 file (.pfx, .p12).");
            return null;
        }
        X509Certificate2? own = Load(section, "CertificatePath", () => LoadOwn(certificate, key, password));
        X509Certificate2Collection? trusted = roots is null ? null : Load(section, "TrustedRootsPath", () => LoadRoots(roots));
        return own is null ? null : new TlsOptions { Certificate = own, TrustedRoots = trusted, TargetHost = host };
    }

    private static X509Certificate2 LoadOwn(string path, string? keyPath, string? password)
    {
        if (Path.GetExtension(path) is ".pfx" or ".p12" or ".PFX" or ".P12")
            return X509CertificateLoader.LoadPkcs12FromFile(path, password);
        return password is null ? X509Certificate2.CreateFromPemFile(path, keyPath) : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
    }

    private static X509Certificate2Collection LoadRoots(string path)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(path);
        return roots.Count > 0 ? roots : throw new CryptographicException($"'{path}' has no certificate in PEM.");
    }

    private static TResult? Load<TResult>(SettingsSection section, string key, Func<TResult> load)
        where TResult : class
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            section.Fail(key, e.Message);
            return null;
        }
    }
}
