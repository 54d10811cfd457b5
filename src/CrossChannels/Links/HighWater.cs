namespace CrossChannels.Links;

/// <summary>The highest counts that a peer has sent, to tell frames that carry something new from those that do not.</summary>
internal struct HighWater
{
    public Mark CreditItems;
    public Mark CreditBytes;
    public Mark Flush;
    public Mark Join;
    public Mark Received;
    public Mark Read;
    public Mark Closing;
    public long FlushAnswered;

    /// <summary>One cumulative count.</summary>
    public struct Mark
    {
        public long Value { get; private set; }

        /// <returns>Whether the value is new.</returns>
        public bool Raise(long value)
        {
            if (value <= Value)
                return false;
            Value = value;
            return true;
        }
    }
}
