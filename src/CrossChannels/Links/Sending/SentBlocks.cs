using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Links;

/// <summary>Blocks that have left, until the peer says that it has received them: of a writer that sends again what a lost hub had not received. Guarded by the outbox's lock.</summary>
internal sealed class SentBlocks
{
    private readonly Queue<Block> _blocks = new();

    /// <summary>Keeps a block, in order; it may still have to be written.</summary>
    public void Add(Block block)
    {
        block.IsKept = true;
        _blocks.Enqueue(block);
    }

    /// <summary>Takes the next block of which the peer has received everything; one that is being written goes back when it is.</summary>
    /// <param name="count">How many items the peer has received.</param>
    /// <param name="block">The block.</param>
    public bool TryTakeReceived(long count, [NotNullWhen(true)] out Block? block)
    {
        if (!_blocks.TryPeek(out block) || block.FirstSequence + block.Count > count)
            return false;
        _blocks.Dequeue();
        block.IsKept = false;
        return true;
    }

    /// <summary>Takes all that is left.</summary>
    public IEnumerable<Block> TakeAll()
    {
        while (_blocks.TryDequeue(out Block? block))
        {
            block.IsKept = false;
            yield return block;
        }
    }
}

/// <summary>An item that was accepted, and not received.</summary>
internal readonly record struct UnreceivedItem(byte[] Bytes, bool IsNull);
