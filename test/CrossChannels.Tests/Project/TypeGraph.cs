using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace CrossChannels.Tests.Project;

/// <summary>The types of a compiled assembly, the source files they come from, and who refers to whom. A nested type counts as its outermost type.</summary>
internal sealed class TypeGraph
{
    /// <summary>Portable PDB: the documents of a type that has no line of code.</summary>
    private static readonly Guid s_documentsOfType = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly MetadataReader _metadata;
    private readonly MetadataReader _symbols;
    private readonly Dictionary<TypeDefinitionHandle, Node> _nodes = [];

    private TypeGraph(PEReader image, MetadataReader symbols, string sourceFolder)
    {
        _metadata = image.GetMetadataReader();
        _symbols = symbols;
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            TypeDefinition type = _metadata.GetTypeDefinition(handle);
            string name = _metadata.GetString(type.Name);
            if (type.GetDeclaringType().IsNil && SourcesOf(handle, sourceFolder) is { Count: > 0 } sources)
            {
                bool isPublic = (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public;
                _nodes.Add(handle, new Node(_metadata.GetString(type.Namespace), name, isPublic, sources) { Overloads = isPublic ? Overloads(type) : 0 });
            }
        }
        Nodes = [.. _nodes.Values.OrderBy(static node => node.Name, StringComparer.Ordinal)];
        var collector = new TypeReferenceCollector(image, _metadata);
        foreach ((TypeDefinitionHandle handle, Node node) in _nodes)
        {
            (IEnumerable<TypeDefinitionHandle> own, IEnumerable<string> foreign) = collector.Collect(WithNested(handle));
            node.Uses = own.Select(Outermost).Where(_nodes.ContainsKey).Select(used => _nodes[used]).Where(used => used != node).ToHashSet();
            node.UsesOfOthers = foreign.ToHashSet(StringComparer.Ordinal);
        }
        foreach (Node node in Nodes)
            node.Users = [.. Nodes.Where(user => user.Uses.Contains(node))];
    }

    /// <summary>All types that have a source file of their own, by name.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Reads an assembly beside its symbols; <paramref name="sourceFolder"/> is where its project is, such as <c>src/CrossChannels</c>.</summary>
    public static TypeGraph Read(string assemblyPath, string sourceFolder)
    {
        using var image = new PEReader(File.OpenRead(assemblyPath));
        using MetadataReaderProvider symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assemblyPath, ".pdb")));
        return new TypeGraph(image, symbols.GetMetadataReader(), sourceFolder);
    }

    /// <summary>The sets of types that refer to each other in a circle, the largest first (Tarjan's strongly connected components).</summary>
    public IReadOnlyList<IReadOnlyList<Node>> Circles()
    {
        var found = new List<IReadOnlyList<Node>>();
        var numbers = new Dictionary<Node, int>();
        var lowest = new Dictionary<Node, int>();
        var open = new Stack<Node>();
        foreach (Node node in Nodes)
        {
            if (!numbers.ContainsKey(node))
                Visit(node);
        }
        return [.. found.OrderByDescending(static circle => circle.Count)];

        void Visit(Node node)
        {
            numbers[node] = lowest[node] = numbers.Count;
            open.Push(node);
            foreach (Node used in node.Uses)
            {
                if (!numbers.ContainsKey(used))
                    Visit(used);
                if (open.Contains(used))
                    lowest[node] = Math.Min(lowest[node], lowest[used]);
            }
            if (lowest[node] != numbers[node])
                return;
            var circle = new List<Node>();
            while (circle.Count == 0 || circle[^1] != node)
                circle.Add(open.Pop());
            if (circle.Count > 1)
                found.Add([.. circle.OrderBy(static one => one.Name, StringComparer.Ordinal)]);
        }
    }

    private int Overloads(TypeDefinition type) => type.GetMethods().Select(_metadata.GetMethodDefinition)
        .Where(static method => (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public
            && (method.Attributes & MethodAttributes.SpecialName) == 0)
        .GroupBy(method => _metadata.GetString(method.Name), StringComparer.Ordinal)
        .Select(static group => group.Count())
        .Where(static count => count > 1)
        .Sum();

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle handle)
    {
        for (TypeDefinitionHandle outer; !(outer = _metadata.GetTypeDefinition(handle).GetDeclaringType()).IsNil;)
            handle = outer;
        return handle;
    }

    private IEnumerable<TypeDefinitionHandle> WithNested(TypeDefinitionHandle handle) =>
        _metadata.GetTypeDefinition(handle).GetNestedTypes().SelectMany(WithNested).Prepend(handle);

    private HashSet<string> SourcesOf(TypeDefinitionHandle handle, string sourceFolder)
    {
        IEnumerable<DocumentHandle> ofCode =
            from type in WithNested(handle)
            from method in _metadata.GetTypeDefinition(type).GetMethods()
            let lines = _symbols.GetMethodDebugInformation(method)
            where !lines.SequencePointsBlob.IsNil
            from point in lines.GetSequencePoints()
            select point.Document;
        IEnumerable<DocumentHandle> ofType =
            from type in WithNested(handle)
            from information in _symbols.GetCustomDebugInformation(type).Select(_symbols.GetCustomDebugInformation)
            where _symbols.GetGuid(information.Kind) == s_documentsOfType
            from document in Documents(_symbols.GetBlobReader(information.Value))
            select document;
        string start = $"/{sourceFolder}/";
        return [.. ofCode.Concat(ofType).Distinct()
            .Select(document => _symbols.GetString(_symbols.GetDocument(document).Name).Replace('\\', '/'))
            .Where(path => path.Contains(start, StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Select(path => path[(path.LastIndexOf(start, StringComparison.Ordinal) + start.Length)..])];

        static IEnumerable<DocumentHandle> Documents(BlobReader reader)
        {
            var documents = new List<DocumentHandle>();
            while (reader.RemainingBytes > 0)
                documents.Add(MetadataTokens.DocumentHandle(reader.ReadCompressedInteger()));
            return documents;
        }
    }

    /// <summary>A type with all that is nested in it.</summary>
    internal sealed class Node(string space, string name, bool isPublic, IReadOnlySet<string> sources)
    {
        public string Namespace => space;

        /// <summary>Its name without namespace, with the number of its type parameters as in metadata.</summary>
        public string Name => name;

        public bool IsPublic => isPublic;

        /// <summary>How many of its public methods share their name with another one.</summary>
        public int Overloads { get; init; }

        /// <summary>Its source files, below the project's folder, with <c>/</c> between their parts.</summary>
        public IReadOnlySet<string> Sources => sources;

        /// <summary>The folder of its first source file; empty for the root.</summary>
        public string Folder { get; } = (Path.GetDirectoryName(sources.Order(StringComparer.Ordinal).First()) ?? "").Replace('\\', '/');

        /// <summary>The first part of <see cref="Folder"/>.</summary>
        public string Room => Folder.Split('/')[0];

        /// <summary>The types of this assembly that it refers to.</summary>
        public IReadOnlySet<Node> Uses { get; set; } = new HashSet<Node>();

        /// <summary>The full names of the types of other assemblies that it refers to.</summary>
        public IReadOnlySet<string> UsesOfOthers { get; set; } = new HashSet<string>();

        /// <summary>The types of this assembly that refer to it.</summary>
        public IReadOnlyList<Node> Users { get; set; } = [];

        public override string ToString() => Folder.Length == 0 ? name : $"{Folder}/{name}";
    }
}
