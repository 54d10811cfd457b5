using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace EndToEnd.Peers;

/// <summary>What one process of a scenario does. It lives in a process of its own, which <see cref="PeerHost"/> runs.</summary>
internal abstract class Part
{
    /// <summary>Listens, or connects to what listens already.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>One round of about this length.</summary>
    /// <returns>One figure a row of the scenario; more may follow. The last is the number of items.</returns>
    public virtual Task<double[]> RunAsync(TimeSpan duration) =>
        throw new NotSupportedException($"{GetType().Name} follows another part and has no rounds.");

    /// <summary>Closes what is open; the scenario is over.</summary>
    public virtual ValueTask StopAsync() => default;

    /// <summary>Runs what goes on for as long as the process; if it fails, the process ends and the scenario fails.</summary>
    protected static void RunInBackground(Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception e) when (!PeerHost.IsEnding)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            Environment.Exit(PeerHost.FailureCode);
        }
        catch (Exception e)
        {
            // The other end went first while the scenario was taken down.
            GC.KeepAlive(e);
        }
    });
}

/// <summary>Which part a process plays; crosses the command line.</summary>
/// <param name="Name">The name of a class in the namespace of the parts.</param>
/// <param name="Arguments">What its constructor takes: strings, numbers, true or false, members of an enumeration.</param>
internal sealed record PartSpec(string Name, string[] Arguments)
{
    public static PartSpec Of<TPart>(params object[] arguments)
        where TPart : Part => Named(typeof(TPart).Name, arguments);

    /// <summary>By name, for parts that the program may be built without.</summary>
    public static PartSpec Named(string name, params object[] arguments) =>
        new(name, [.. arguments.Select(static argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!)]);

    public Part Create()
    {
        Type type = typeof(PartSpec).Assembly.GetType($"{nameof(EndToEnd)}.{nameof(Parts)}.{Name}", throwOnError: true)!;
        ConstructorInfo constructor = type.GetConstructors().Single();
        return (Part)constructor.Invoke([.. constructor.GetParameters().Zip(Arguments, static (parameter, argument) =>
            TypeDescriptor.GetConverter(parameter.ParameterType).ConvertFromInvariantString(argument))]);
    }
}
