using System.CommandLine;
using System.CommandLine.Parsing;
using CrossChannels.Tool.Commands;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool;

/// <summary>The command line of channels between processes.</summary>
internal static class Program
{
    private const string Name = "crosschannels";

    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Channels between processes: a hub of them, and their items as lines of JSON.")
        {
            HubCommand.Create(), StatusCommand.Create(), TopCommand.Create(), SendCommand.Create(), ReceiveCommands.CreateReceive(), ReceiveCommands.CreateTail(),
            ReceiveCommands.CreateDrain(), DeadLetterCommands.Create(), LockCommand.Create(),
        };
        ParseResult parsed = root.Parse(args);
        foreach (ParseError error in parsed.Errors)
            await Console.Error.WriteLineAsync($"{Name}: {error.Message}");
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{Name}: see {Name} {parsed.CommandResult.Command.Name} --help.".Replace($" {Name} {Name} ", $" {Name} ", StringComparison.Ordinal));
            return ExitCode.BadUsage;
        }
        using var interruption = new Interruption();
        try
        {
            // Signals are this program's: a hub drains, and a command that waits says what it has done.
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(settings, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            return interruption.ExitCode;
        }
        catch (OutputClosedException)
        {
            return ExitCode.OutputClosed;
        }
        catch (Exception e) when (e is UsageException or ArgumentException)
        {
            return await FailAsync(e, ExitCode.BadUsage);
        }
        catch (Exception e) when (e is TimeoutException or LinkTimeoutException)
        {
            return await FailAsync(e, ExitCode.TimedOut);
        }
        catch (Exception e) when (Ending.FromException(e) is { } ending)
        {
            return await FailAsync(ending.Cause ?? e, ExitCode.Failure);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or UnauthorizedAccessException or InvalidOperationException)
        {
            return await FailAsync(e, ExitCode.Failure);
        }
    }

    private static async Task<int> FailAsync(Exception e, int exitCode)
    {
        await Console.Error.WriteLineAsync($"{Name}: {e.Message}");
        return exitCode;
    }
}
