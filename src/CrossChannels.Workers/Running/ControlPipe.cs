using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Workers.Running;

/// <summary>
/// The worker's end of the pipe on which its parent speaks: it came as standard input, and is moved aside, so that neither the method nor a
/// program that it
/// starts reads from it.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "It is open as long as the process lives.")]
internal sealed class ControlPipe
{
    private const int CopyAndCloseOnExecute = 1030;
    private const int ReadOnly = 0;
    private const int StandardInput = 0;
    private const int LowestFile = 3;

    private readonly FileStream _stream;

    public unsafe ControlPipe()
    {
        var file = new SafeFileHandle(NativeMethods.ControlFile(StandardInput, CopyAndCloseOnExecute, LowestFile), ownsHandle: true);
        _stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        int nothing;
        fixed (byte* path = "/dev/null"u8)
            nothing = NativeMethods.OpenFile(path, ReadOnly);
        if (NativeMethods.CopyFile(nothing, StandardInput) < 0)
            throw new IOException("The worker's standard input cannot be replaced by /dev/null.");
        _ = NativeMethods.CloseFile(nothing);
    }

    /// <summary>The next message, its kind first; <see langword="null"/> when the parent is gone. Waits on this thread.</summary>
    public byte[]? Read()
    {
        byte[] length = new byte[sizeof(int)];
        if (!Fill(length))
            return null;
        byte[] message = new byte[BitConverter.ToInt32(length, 0)];
        return Fill(message) ? message : null;
    }

    private bool Fill(byte[] buffer)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int count = _stream.Read(buffer, filled, buffer.Length - filled);
            if (count == 0)
                return false;
            filled += count;
        }
        return true;
    }
}
