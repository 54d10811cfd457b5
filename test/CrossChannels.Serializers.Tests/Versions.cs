using CrossChannels;
using MemoryPack;

namespace SerializedItems.First
{
    [ChannelContract("versions.item")]
    [MemoryPackable]
    internal sealed partial record Item(int Id, Part Part);

    [MemoryPackable]
    internal sealed partial record Part(int Left, int Right);

    [ChannelContract("versions.tolerant")]
    [MemoryPackable(GenerateType.VersionTolerant)]
    internal sealed partial class Tolerant
    {
        [MemoryPackOrder(0)]
        public int Id { get; set; }
    }
}

namespace SerializedItems.Second
{
    [ChannelContract("versions.item")]
    [MemoryPackable]
    internal sealed partial record Item(int Id, Part Part);

    /// <summary>The same members, the other way round: their bytes are the same.</summary>
    [MemoryPackable]
    internal sealed partial record Part(int Right, int Left);

    [ChannelContract("versions.tolerant")]
    [MemoryPackable(GenerateType.VersionTolerant)]
    internal sealed partial class Tolerant
    {
        [MemoryPackOrder(0)]
        public int Id { get; set; }

        [MemoryPackOrder(1)]
        public string Note { get; set; } = "new";
    }
}
