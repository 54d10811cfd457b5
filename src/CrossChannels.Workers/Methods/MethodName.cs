using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Methods;

/// <summary>How a method is named so that another process of the same program finds it.</summary>
internal static class MethodName
{
    /// <summary>Kind of a name: module and metadata token.</summary>
    public const byte ByToken = 1;

    /// <summary>Kind of a name: that of a method which <c>Main</c> lists.</summary>
    public const byte ByList = 2;

    /// <summary>Flag behind a token: type arguments follow, those of the type and then the method's own.</summary>
    public const byte IsGeneric = 1;

    /// <summary>Flag behind a token: a lambda without captures, called on an object of its class.</summary>
    public const byte HasTarget = 2;

    private const string Remedy = "Make it static, and pass what it needs as arguments.";

    /// <summary>Refuses what another process could not find, or not call.</summary>
    /// <exception cref="ArgumentException">The method is not to be found; the message says why and what to do.</exception>
    public static void Check(Delegate method)
    {
        ArgumentNullException.ThrowIfNull(method);
        string name = Display(method.Method);
        if (CompilerName.IsOne(method.Method.Name))
            name = char.ToUpperInvariant(name[0]) + name[1..];
        if (!method.HasSingleTarget)
            throw Refuse($"{name} is one of several methods in this delegate. Start one method.");
        if (method.Method.Module.Assembly.IsDynamic || method.Method.DeclaringType is null)
            throw Refuse($"{name} was made while the program ran, so no other process has it. Use a static method of the program.");
        if (method.Target is not null)
            CheckTarget(method, name);
        else if (!method.Method.IsStatic)
            throw Refuse($"{name} is not static.");
        Assembly assembly = method.Method.Module.Assembly;
        if (assembly.IsCollectible || AssemblyLoadContext.GetLoadContext(assembly) is { } context && context != AssemblyLoadContext.Default)
        {
            throw Refuse(
                $"{name} is in {assembly.GetName().Name}, which was loaded into a context of its own (a plug-in). A worker has only what " +
                "the program itself refers to: use a method of such an assembly, and let that load the plug-in.");
        }
    }

    /// <summary>Writes how another process of this program finds the method.</summary>
    public static void Write(MessageWriter message, Delegate method)
    {
        if (StartForm.HasHooks)
        {
            WriteToken(message, method.Method, hasTarget: method.Target is not null);
            return;
        }
        message.Byte(ByList);
        message.Text(Listed(method.Method));
    }

    /// <summary>The name of a method among those that <c>Main</c> lists; the same in every process of one build.</summary>
    public static string Listed(MethodInfo method) => $"{method.DeclaringType}.{method}";

    /// <summary>A method's name as errors show it.</summary>
    public static string Display(MethodInfo method) =>
        CompilerName.IsOne(method.Name) ? CompilerName.Display(method.Name) : $"{method.DeclaringType?.Name}.{method.Name}";

    /// <summary>Whether a class that the compiler made for lambdas holds variables of the method around them.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Where fields cannot be seen, the compiler's name for such a class tells.")]
    private static bool HoldsVariables(Type closure) =>
        closure.Name.Contains("DisplayClass", StringComparison.Ordinal) ||
        closure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0;

    private static void CheckTarget(Delegate method, string name)
    {
        Type type = method.Target!.GetType();
        if (method.Method.IsStatic)
            throw Refuse($"{name} is bound to its first argument. Pass it as an argument: StartAsync(method, argument).");
        bool isClosure = CompilerName.IsOne(type.Name);
        if (isClosure && !HoldsVariables(type))
            return;
        if (isClosure)
            throw Refuse($"{name} uses {CapturedVariables.Describe(method.Method, type)}, which another process does not have. {Remedy}");
        if (CompilerName.IsOne(method.Method.Name))
            throw Refuse($"{name} uses the object around it, which another process does not have. {Remedy}");
        throw Refuse(
            $"{name} is a method of an object, which another process does not have. Use a static method, and pass what it needs as " +
            "arguments.");
    }

    private static void WriteToken(MessageWriter message, MethodInfo method, bool hasTarget)
    {
        message.Byte(ByToken);
        message.Text(method.Module.Assembly.GetName().Name!);
        message.Bytes(method.Module.ModuleVersionId.ToByteArray());
        message.Int32(method.MetadataToken);
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        Type[] methodArguments = method.GetGenericArguments();
        bool isGeneric = typeArguments.Length + methodArguments.Length > 0;
        message.Byte((byte)((isGeneric ? IsGeneric : 0) | (hasTarget ? HasTarget : 0)));
        if (isGeneric)
        {
            Write(message, typeArguments);
            Write(message, methodArguments);
        }
    }

    private static void Write(MessageWriter message, Type[] types)
    {
        message.Byte((byte)types.Length);
        foreach (Type type in types)
            message.Text(type.AssemblyQualifiedName!);
    }

    [SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly",
        Justification = "It is the parameter of every StartAsync.")]
    [SuppressMessage("Usage", "MA0015:Specify the parameter name in ArgumentException", Justification = "As above.")]
    private static ArgumentException Refuse(string why) => new(why, "method");
}
