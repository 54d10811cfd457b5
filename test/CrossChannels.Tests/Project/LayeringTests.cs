using System.Text.RegularExpressions;

namespace CrossChannels.Tests.Project;

/// <summary>Which folder of the library may know which; a namespace is a folder.</summary>
[TestClass]
public sealed partial class LayeringTests
{
    /// <summary>A folder and all that it may name; what is not here, the root namespace, may name everything.</summary>
    private static readonly Dictionary<string, string[]> s_mayKnow = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Flow"] = [],
        ["SharedMemory"] = [],
        ["Threading"] = [],
        ["Transports"] = ["", "Threading"],
        ["Serialization"] = [""],
        ["Diagnostics"] = ["", "Threading"],
        ["Links"] = ["", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Channels"] = ["", "Links", "SharedMemory", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Hub"] = ["", "Channels", "Links", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
        ["Transfer"] = ["", "Hub", "Channels", "Transports", "Links", "Protocol", "Flow", "Serialization", "Diagnostics", "Threading"],
    };

    /// <summary>Rooms of the root namespace: public data, and the plumbing where transports and links meet.</summary>
    private static readonly string[] s_rootRooms = ["Addresses", "Exceptions", "Listening", "Options", "Status"];

    public static IEnumerable<object[]> Folders => s_mayKnow.Keys.Select(folder => new object[] { folder });

    [TestMethod]
    public void Folders_AllHaveARule() =>
        CollectionAssert.AreEquivalent(
            s_mayKnow.Keys.Concat(s_rootRooms).ToArray(),
            Directory.GetDirectories(Repository.At("src/CrossChannels")).Select(Path.GetFileName).Except(["bin", "obj"]).ToArray());

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void Folder_NamespaceIsFolder(string folder)
    {
        foreach (string file in Sources(folder))
            StringAssert.Contains(File.ReadAllText(file), $"namespace CrossChannels.{folder};", file);
    }

    [TestMethod]
    public void RoomOfTheRoot_HasTheRootNamespace()
    {
        foreach (string file in s_rootRooms.SelectMany(Sources))
            StringAssert.Contains(File.ReadAllText(file), "namespace CrossChannels;", file);
    }

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void Folder_UsesOnlyWhatItMay(string folder)
    {
        string[] own = ["System", "Microsoft.Extensions.Logging", "Microsoft.Win32.SafeHandles", .. s_mayKnow[folder].Select(other => other.Length == 0 ? "CrossChannels" : $"CrossChannels.{other}")];
        foreach (string file in Sources(folder))
        {
            foreach (Match match in Using().Matches(File.ReadAllText(file)))
            {
                string name = match.Groups["name"].Value;
                bool isAllowed = own.Contains(name) || (name.StartsWith("System.", StringComparison.Ordinal) && IsOfFramework(folder, name));
                Assert.IsTrue(isAllowed, $"{file} uses {name}.");
            }
        }
    }

    [TestMethod]
    [DataRow("Protocol")]
    [DataRow("Flow")]
    public void PureFolder_NamesNoTypeOfTheRootNamespace(string folder)
    {
        // The root namespace is in scope without a using, so that its types are looked for by name.
        string[] types = [.. typeof(CrossChannel).Assembly.GetTypes()
            .Where(type => type.Namespace == "CrossChannels" && !type.IsNested)
            .Select(type => type.Name.Split('`')[0])];
        foreach (string file in Sources(folder))
        {
            HashSet<string> words = [.. Word().Matches(Code(file)).Select(word => word.Value)];
            CollectionAssert.AreEqual(Array.Empty<string>(), types.Where(words.Contains).ToArray(), file);
        }
    }

    [TestMethod]
    public void PureFolders_DoNoInputOutputAndTakeNoLock()
    {
        foreach (string file in Sources("Protocol").Concat(Sources("Flow")))
        {
            string code = Code(file);
            foreach (string forbidden in (string[])["lock (", "Task", "async ", "Stream", "ILogger", "TimeProvider", "DateTime"])
                Assert.IsFalse(code.Contains(forbidden, StringComparison.Ordinal), $"{file} has '{forbidden}'.");
        }
    }

    private static bool IsOfFramework(string folder, string name) =>
        folder is not ("Protocol" or "Flow") || name is "System.Buffers" or "System.Buffers.Binary" or "System.Text";

    /// <summary>A file without comments and without the text of its strings.</summary>
    private static string Code(string file) => Literal().Replace(Comment().Replace(File.ReadAllText(file), ""), "\"\"");

    private static string[] Sources(string folder) => Directory.GetFiles(Repository.At($"src/CrossChannels/{folder}"), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"^using (static )?(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"\w+", RegexOptions.None, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("\"([^\"\\\\\n]|\\\\.)*\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex("//.*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();
}
