namespace CrossChannels.Tests.Project;

/// <summary>Which layer of the library may know which, as the compiled types refer to each other.</summary>
/// <remarks>A layer is a namespace below the root one, or a part of the root namespace: public data, ends, and the façade.</remarks>
[TestClass]
public sealed class LayeringTests
{
    private const string Data = "data";
    private const string Ends = "ends";
    private const string Facade = "façade";

    /// <summary>Types of the root namespace that join everything, besides those in Listening. No layer but theirs may name them.</summary>
    private static readonly HashSet<string> s_facade = new(StringComparer.Ordinal)
    {
        "CrossChannel", "ChannelHub", "DuplexChannelListener`2", "ByteChannelExtensions", "ChannelTimeoutExtensions",
    };

    /// <summary>The ends that users hold. Those that read and write derive from them.</summary>
    private static readonly HashSet<string> s_ends = new(StringComparer.Ordinal)
    {
        "CrossChannelReader`1", "CrossChannelWriter`1", "LeasedReader`1", "LeasedChannel`1", "Lease`1", "SharedChannel`1",
        "DuplexChannel`2", "CrossLock", "LockHold", "TransferTicket",
    };

    /// <summary>A layer and all that it may name, besides itself. Of the root namespace, what is in neither list above is data.</summary>
    private static readonly Dictionary<string, string[]> s_mayKnow = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Flow"] = [],
        ["Threading"] = [],
        ["Buffers"] = [],
        ["SharedMemory"] = ["Threading"],
        [Data] = [],
        ["Diagnostics"] = [Data, "Threading"],
        ["Serialization"] = [Data, "Buffers"],
        ["Transports"] = [Data, "Threading"],
        ["Links"] = [Data, "Buffers", "Protocol", "SharedMemory", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Channels"] = [Data, Ends, "Links", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Hub"] = [Data, Ends, "Channels", "Links", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Transfer"] =
            [Data, Ends, "Hub", "Channels", "Transports", "Links", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Reconnecting"] = [Data, Ends, "Transfer", "Hub", "Channels", "Links", "Serialization", "Diagnostics", "Threading"],
        [Ends] = [Data, "Transfer", "Hub", "Channels", "Links", "Serialization", "Diagnostics", "Threading"],
        [Facade] =
        [
            Data, Ends, "Reconnecting", "Transfer", "Hub", "Channels", "Transports", "Links", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics",
            "Threading",
        ],
    };

    /// <summary>References upwards that have a reason.</summary>
    private static readonly Dictionary<string, string> s_allowed = new(StringComparer.Ordinal)
    {
        ["ChannelAddress -> AddressSyntax"] = "an address is parsed where it is used",
        ["ItemSerializer -> Serialization"] = "the factory of the built-in serializers",
        ["ItemOptions`1 -> Serialization"] = "a serializer that a worker makes is named by its class where the options take it",
        ["ConnectionOptions -> GuardedTimeProvider"] = "a clock is guarded where the options take it",
        ["Transfer -> ChannelConnector"] = "an end that was given away is opened as any other",
        ["Transfer -> TransportStart"] = "a listener of a pair dresses its connections as every listener does",
        ["Transfer -> ReceivedGreeting"] = "the ends of a pair read a greeting, and what came with it, as every other end does",
        ["ends -> ChannelConnector"] = "an end opens itself from a ticket",
        ["CrossLock -> LockConnector"] = "a lock opens itself from a ticket",
        ["TransferTicket -> SerializerRegistry"] = "a worker learns from its parent's tickets which serializers it may make",
    };

    private static readonly Lazy<TypeGraph> s_graph =
        new(static () => TypeGraph.Read(Path.Combine(AppContext.BaseDirectory, "CrossChannels.dll"), "src/CrossChannels"));

    public static IEnumerable<object[]> Layers => s_mayKnow.Keys.Select(static layer => new object[] { layer });

    [TestMethod]
    public void Types_AreEachInALayer()
    {
        foreach (TypeGraph.Node node in s_graph.Value.Nodes)
            Assert.IsTrue(s_mayKnow.ContainsKey(LayerOf(node)), $"{node} is in the layer {LayerOf(node)}, of which nothing is said here.");
        string[] gone = [.. s_facade.Concat(s_ends).Except(s_graph.Value.Nodes.Select(static node => node.Name))];
        Assert.IsEmpty(gone, string.Join(", ", gone));
    }

    /// <summary>The folders of a namespace are rooms in its folder; those of the root namespace have names of their own.</summary>
    [TestMethod]
    public void Types_LieInTheFolderOfTheirNamespace()
    {
        foreach (TypeGraph.Node node in s_graph.Value.Nodes)
        {
            if (node.Namespace == "CrossChannels")
                Assert.IsFalse(s_mayKnow.ContainsKey(node.Room), $"{node} is in the root namespace.");
            else
                Assert.AreEqual(node.Namespace, $"CrossChannels.{node.Room}", node.ToString());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Layers))]
    public void Layer_NamesOnlyWhatItMay(string layer)
    {
        IEnumerable<string> upwards =
            from node in s_graph.Value.Nodes
            where LayerOf(node) == layer
            from used in node.Uses
            let other = LayerOf(used)
            where other != layer && !s_mayKnow[layer].Contains(other) && !IsAllowed(node, used)
            select $"{node} -> {used}";
        Assert.AreEqual("", string.Join(Environment.NewLine, upwards), $"The layer {layer} names what it may not.");
    }

    [TestMethod]
    public void AllowedReferences_AreEachNeeded()
    {
        HashSet<string> found = [.. from node in s_graph.Value.Nodes from used in node.Uses from name in Names(node, used) select name];
        string[] unneeded = [.. s_allowed.Keys.Where(name => !found.Contains(name))];
        Assert.IsEmpty(unneeded, string.Join(", ", unneeded));
    }

    /// <summary>Bytes and numbers in, bytes and numbers out: no input, no output, no lock, no task, no clock, no log.</summary>
    [TestMethod]
    [DataRow("Protocol")]
    [DataRow("Flow")]
    public void PureLayer_UsesNoneOfThePlatformsServices(string layer)
    {
        string[] namespaces =
            ["System", "System.Buffers", "System.Buffers.Binary", "System.Collections.Generic", "System.Text", "System.Diagnostics"];
        string[] services = ["TimeProvider", "DateTime", "DateTimeOffset", "Environment", "Console", "Random", "AppContext", "GC"];
        IEnumerable<string> forbidden =
            from node in s_graph.Value.Nodes
            where LayerOf(node) == layer
            from other in node.UsesOfOthers
            let dot = other.LastIndexOf('.')
            let space = other[..dot]
            where (!namespaces.Contains(space) && !space.StartsWith("System.Runtime.", StringComparison.Ordinal)
                && !space.StartsWith("System.Diagnostics.", StringComparison.Ordinal))
                || (space == "System" && services.Contains(other[(dot + 1)..]))
            select $"{node} -> {other}";
        Assert.AreEqual("", string.Join(Environment.NewLine, forbidden));
    }

    private static string LayerOf(TypeGraph.Node node) =>
        node.Namespace != "CrossChannels" ? node.Namespace["CrossChannels.".Length..]
        : s_facade.Contains(node.Name) || node.Folder == "Listening" ? Facade
        : s_ends.Contains(node.Name) ? Ends
        : Data;

    private static bool IsAllowed(TypeGraph.Node node, TypeGraph.Node used) => Names(node, used).Any(s_allowed.ContainsKey);

    /// <summary>What a reference may be called in the list of those that are allowed: type or layer to type or layer.</summary>
    private static string[] Names(TypeGraph.Node node, TypeGraph.Node used) =>
        [$"{node.Name} -> {used.Name}", $"{node.Name} -> {LayerOf(used)}", $"{LayerOf(node)} -> {used.Name}"];
}
