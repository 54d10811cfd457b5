using System.IO.Compression;
using System.Security.Cryptography;

namespace ParallelGzip;

/// <summary>Decompresses a file and compares its content with what was read.</summary>
internal static class Verification
{
    /// <exception cref="InvalidDataException">The content differs, or the file is broken.</exception>
    public static async Task RunAsync(string path, byte[] expectedHash, CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using var content = new GZipStream(file, CompressionMode.Decompress);
        byte[] hash = await SHA256.HashDataAsync(content, cancellationToken);
        if (!hash.AsSpan().SequenceEqual(expectedHash))
            throw new InvalidDataException($"{path} has the SHA-256 {Convert.ToHexStringLower(hash)}, and the input {Convert.ToHexStringLower(expectedHash)}.");
    }
}
