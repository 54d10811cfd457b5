using System.Globalization;

namespace CrossChannels.TestChild.Checked;

/// <summary>What a process says that it did.</summary>
internal enum CheckEvent
{
    /// <summary>A writer is about to write items; <see cref="CheckEntry.Item"/> is behind the last of them.</summary>
    Writing,

    /// <summary>The server has all items of this writer before <see cref="CheckEntry.Item"/>.</summary>
    Flushed,

    /// <summary>A reader was given an item; it has waited for it since <see cref="CheckEntry.Begun"/>.</summary>
    Read,

    /// <summary>It is about to settle a lease.</summary>
    Completing,

    /// <summary>The server has confirmed that.</summary>
    Settled,

    /// <summary>A reader saw the end of its channel; <see cref="CheckEntry.Item"/> is the kind of it.</summary>
    Ended,

    /// <summary>The lock is held, and was asked for at <see cref="CheckEntry.Begun"/>; <see cref="CheckEntry.Item"/> is the token.</summary>
    Acquired,

    /// <summary>It is about to be released.</summary>
    Released,

    /// <summary>This process was told that the lock is lost.</summary>
    Lost,

    /// <summary>Nothing ran here from <see cref="CheckEntry.Begun"/> on.</summary>
    StoodStill,
}

/// <summary>One line of a journal.</summary>
/// <param name="Time">When, by the clock of the machine, which all its processes share.</param>
/// <param name="What">What happened.</param>
/// <param name="Name">Of the channel or lock.</param>
/// <param name="Item">The item: its writer and number, as <see cref="NumberedItem.Id"/> has it; or a number that the event says.</param>
/// <param name="Sequence">Where the server has the item, if that is known.</param>
/// <param name="Deliveries">Which delivery it is, by its own word.</param>
/// <param name="Begun">When what happened was begun.</param>
internal readonly record struct CheckEntry(long Time, CheckEvent What, string Name, long Item = 0, long Sequence = 0, int Deliveries = 0, long Begun = 0)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time} {What} {Name} {Item} {Sequence} {Deliveries} {Begun}");

    /// <summary>Reads a line. What stands at its end may be missing.</summary>
    public static CheckEntry Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new CheckEntry(Number(0), Enum.Parse<CheckEvent>(parts[1]), parts[2], Number(3), Number(4), (int)Number(5), Number(6));

        long Number(int index) => index < parts.Length ? long.Parse(parts[index], CultureInfo.InvariantCulture) : 0;
    }
}
