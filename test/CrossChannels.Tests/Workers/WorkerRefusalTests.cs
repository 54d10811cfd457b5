using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What cannot go to another process is refused at the call, with what to do instead.</summary>
[TestClass]
public sealed class WorkerRefusalTests
{
    [TestMethod]
    public async Task Method_WithCapturesOrAnObject_IsRefused()
    {
        int captured = 3;
        await RefusedAsync(() => WorkerProcess.StartAsync(() => Console.WriteLine(captured)), "captures 'captured'");
        await RefusedAsync(() => WorkerProcess.StartAsync(InstanceMethod), "is a method of an object");
        await RefusedAsync(() => WorkerProcess.StartAsync("text".Extension), "is bound to its first argument");
        Action several = WorkerMethods.Nothing;
        several += WorkerMethods.WaitForever;
        await RefusedAsync(() => WorkerProcess.StartAsync(several), "one of several methods");
    }

    [TestMethod]
    public async Task Method_MadeWhileTheProgramRuns_IsRefused()
    {
        var method = new DynamicMethod("Made", typeof(void), []);
        method.GetILGenerator().Emit(OpCodes.Ret);
        await RefusedAsync(() => WorkerProcess.StartAsync(method.CreateDelegate<Action>()), "was made while the program ran");
        await RefusedAsync(() => WorkerProcess.StartAsync(Expression.Lambda<Action>(Expression.Empty()).Compile()), "was made while the program ran");
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Made"), AssemblyBuilderAccess.RunAndCollect);
        TypeBuilder type = assembly.DefineDynamicModule("Made").DefineType("Made", TypeAttributes.Public);
        type.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static).GetILGenerator().Emit(OpCodes.Ret);
        Action run = type.CreateType().GetMethod("Run")!.CreateDelegate<Action>();
        await RefusedAsync(() => WorkerProcess.StartAsync(run), "was made while the program ran");
    }

    [TestMethod]
    public async Task Argument_OfThisProcess_IsRefused()
    {
        Channel<int> channel = Channel.CreateBounded<int>(1);
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, channel), "CrossChannel.CreateBoundedAsync");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, channel.Reader), "CrossChannel.CreateBoundedAsync");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, channel.Writer), "CrossChannel.CreateBoundedAsync");
        using var gate = new SemaphoreSlim(1);
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, gate), "CrossChannel.CreateLockAsync");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, new Lock()), "CrossChannel.CreateLockAsync");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, (Action)WorkerMethods.Nothing), "is code, and only data can cross");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, Stream.Null), "is a stream of this process");
        await RefusedAsync(() => WorkerProcess.StartAsync(Take, "\ud800"), "half a surrogate pair");
    }

    [TestMethod]
    public async Task Argument_OfAChannelInMemory_IsRefused()
    {
        await using CrossChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>($"mem:{Guid.NewGuid():N}", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerProcess.StartAsync(Take, channel.Reader).Done());
    }

    [TestMethod]
    public async Task Settings_OutOfRange_AreRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => WorkerProcess.StartAsync(WorkerMethods.Nothing, new WorkerSettings { TerminateTimeout = TimeSpan.FromSeconds(-2) }).Done());

    [TestMethod]
    public async Task Start_Canceled_StartsNothing()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => WorkerProcess.StartAsync(WorkerMethods.WaitForever, cancellationToken: new CancellationToken(true)).Done());
    }

    [TestMethod]
    public async Task RunAsync_InAProgramThatIsNoWorker_Throws()
    {
        Assert.IsFalse(WorkerProcess.IsWorker);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => WorkerProcess.RunAsync());
    }

    private static async Task RefusedAsync(Func<Task> start, string reason)
    {
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(start);
        StringAssert.Contains(e.Message, reason);
    }

    private static void Take<T>(T value) => GC.KeepAlive(value);

    private void InstanceMethod() => GC.KeepAlive(this);
}

internal static class TextExtensions
{
    public static void Extension(this string text) => GC.KeepAlive(text);
}
