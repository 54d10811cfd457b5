namespace EndToEnd.Peers;

/// <summary>Which part a process plays; crosses the command line.</summary>
/// <param name="Name">The name of a class in the namespace of the parts.</param>
/// <param name="Arguments">What its constructor takes, strings only.</param>
internal sealed record PartSpec(string Name, string[] Arguments)
{
    public static PartSpec Of<TPart>(params string[] arguments)
        where TPart : Part => new(typeof(TPart).Name, arguments);

    public Part Create()
    {
        Type type = typeof(PartSpec).Assembly.GetType($"{nameof(EndToEnd)}.{nameof(Parts)}.{Name}", throwOnError: true)!;
        return (Part)Activator.CreateInstance(type, [.. Arguments])!;
    }
}
