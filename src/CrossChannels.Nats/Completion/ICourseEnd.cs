namespace CrossChannels.Nats.Completion;

/// <summary>An end of a channel in this process, which hears how the channel goes on.</summary>
internal interface ICourseEnd
{
    /// <summary>It waits for the end of the channel, and so has an interest in who is lost.</summary>
    bool IsReader { get; }

    /// <summary>The channel has come further. Said at least once for each phase that matters, and again where that is simpler.</summary>
    void OnCourse(CourseRecord record);

    /// <summary>An end of the channel, here or elsewhere, says something that saves waiting; it may never come.</summary>
    /// <param name="hint">What it says.</param>
    /// <param name="from">Who says so, where that matters.</param>
    void OnHint(CourseHint hint, ReadOnlySpan<byte> from);
}

/// <summary>What an end tells the others of its channel.</summary>
internal enum CourseHint
{
    /// <summary>A writer found the channel full.</summary>
    Full,

    /// <summary>A reader has taken items.</summary>
    Room,

    /// <summary>A reader found nothing, and others hold unread items.</summary>
    Hungry,
}
