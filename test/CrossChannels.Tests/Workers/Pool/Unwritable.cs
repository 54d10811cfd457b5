namespace CrossChannels.Tests.Workers.Pool;

/// <summary>Something that no serializer can write, which only the try tells.</summary>
internal sealed class Unwritable
{
    public Unwritable()
    {
    }

    public Unwritable(int number)
    {
        Number = number;
    }

    public int Number { get; set; }

    public int Broken
    {
        get => Number >= 0 ? throw new NotSupportedException("cannot be written") : 0;
        set => Number = value;
    }
}
