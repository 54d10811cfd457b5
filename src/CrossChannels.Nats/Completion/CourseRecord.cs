using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CrossChannels.Links;
using CrossChannels.Nats.Locks;
using CrossChannels.Nats.Sending;
using CrossChannels.Nats.Server;
using CrossChannels.Protocol;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Completion;

/// <summary>How far a channel is on its way to its end.</summary>
internal enum CoursePhase
{
    /// <summary>Writers may write.</summary>
    Open = 0,

    /// <summary>The end is decided; writers send what they had accepted.</summary>
    Ending = 1,

    /// <summary>Nothing can enter any more; what is in it is read.</summary>
    Draining = 2,

    /// <summary>Nothing is left.</summary>
    Over = 3,
}

/// <summary>What a process that ends a channel has just done. It may die before the next step, and others then take that.</summary>
internal enum CourseStep
{
    /// <summary>The items of a writer that leaves are stored.</summary>
    Flushed,

    /// <summary>Its record says so, or is gone.</summary>
    WriterLeft,

    /// <summary>The end is decided.</summary>
    Decided,

    /// <summary>Nothing enters any more.</summary>
    Fenced,

    /// <summary>The record of the channel says so.</summary>
    Draining,

    /// <summary>What was in a channel that was aborted is gone.</summary>
    Dropped,

    /// <summary>Nothing was found in it any more.</summary>
    Empty,

    /// <summary>Its record says that it is over.</summary>
    Over,
}

/// <summary>How far a channel is, and with what it ends: one record on the server, changed only by who has read its last version.</summary>
internal sealed record CourseRecord
{
    /// <summary>Of which channel of this name: that of the stream.</summary>
    public string Epoch { get; init; } = "";

    public CoursePhase Phase { get; init; }

    /// <summary>Its end drops what is in it.</summary>
    public bool IsAborted { get; init; }

    /// <summary>Why, where it was aborted.</summary>
    public string? Reason { get; init; }

    public CompletionOutcome Outcome { get; init; }

    public string TypeName { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>That of a channel that was deleted.</summary>
    public static CourseRecord Deleted(string epoch) => new() { Epoch = epoch, Phase = CoursePhase.Over, IsAborted = true, Reason = "It was deleted on the server." };

    /// <summary>The same with another ending.</summary>
    public CourseRecord With(Exception? error)
    {
        OutFrame frame = EndingMap.FrameOf(error, FrameType.Complete);
        return this with { Outcome = (CompletionOutcome)frame.Code, TypeName = frame.TypeName, Message = frame.Text };
    }

    /// <summary>What it means for a writer.</summary>
    public Closure ToWriterClosure()
    {
        if (!IsAborted)
            return EndingMap.ClosureOf(ToError());
        var error = new ReaderClosedException("the owner", Reason);
        return new Closure(new Ending(EndingKind.ReaderClosed, error), error);
    }

    /// <summary>What it means for a reader, once it is over.</summary>
    public Closure ToReaderClosure()
    {
        if (!IsAborted)
            return EndingMap.ClosureOf(ToError());
        var error = new LinkAbortedException(Reason is null ? "The channel was aborted." : $"The channel was aborted: {Reason}");
        return new Closure(new Ending(EndingKind.Aborted, error), error);
    }

    private Exception? ToError() => EndingMap.ErrorOf(new CompleteFrame(0, Outcome, TypeName, Message));
}

/// <summary>How far one writer is.</summary>
internal enum WriterState
{
    Open = 0,

    /// <summary>It has completed its part, with an error or without.</summary>
    Done = 1,

    /// <summary>It has left without completing.</summary>
    Left = 2,

    /// <summary>Others found that its process is gone.</summary>
    Lost = 3,
}

/// <summary>One writer of a channel: made before its first item, changed by itself, or by others who found it lost.</summary>
internal sealed record WriterRecord
{
    public string Epoch { get; init; } = "";

    /// <summary>Its process.</summary>
    public string Client { get; init; } = "";

    /// <summary>How messages name it.</summary>
    public string Name { get; init; } = "";

    public int ProcessId { get; init; }

    public WriterState State { get; init; }

    public CompletionOutcome Outcome { get; init; }

    public string TypeName { get; init; } = "";

    public string Message { get; init; } = "";

    public Exception? ToError() => EndingMap.ErrorOf(new CompleteFrame(0, Outcome, TypeName, Message));

    /// <summary>Reads the records of a channel's writers.</summary>
    public static async IAsyncEnumerable<(WriterRecord Writer, StoredMessage Stored)> ListAsync(
        ServerClient server, ChannelFacts facts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (ulong next = 1; ;)
        {
            StoredMessage? stored = await server.FindMessageAsync(
                server.Names.State, new StreamMsgGetRequest { Seq = next, NextBySubj = server.Names.Writers(facts.Name) }, cancellationToken).ConfigureAwait(false);
            if (stored is null)
                yield break;
            next = stored.Seq + 1;
            if (NatsJson.Read(stored.Data.Span, NatsJson.Default.WriterRecord) is { } writer && writer.Epoch == facts.Epoch)
                yield return (writer, stored);
        }
    }
}

/// <summary>What is written on the server, and read from it, as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CourseRecord))]
[JsonSerializable(typeof(WriterRecord))]
[JsonSerializable(typeof(PublishAnswer))]
[JsonSerializable(typeof(TicketRecord))]
[JsonSerializable(typeof(RestartRecord))]
internal sealed partial class NatsJson : JsonSerializerContext
{
    /// <returns>Null if it was not written by this library.</returns>
    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
