using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Threading.Channels;
using CrossChannels.Workers;
using CrossChannels.Workers.Methods;

namespace CrossChannels.Tests.Workers;

/// <summary>What cannot go to another process is refused at the call, with what to do instead.</summary>
[TestClass]
public sealed class WorkerRefusalTests
{
    [TestMethod]
    public async Task Method_WithCapturesOrAnObject_IsRefused()
    {
        int captured = 3;
        const string Here = nameof(Method_WithCapturesOrAnObject_IsRefused);
        await RefusedAsync(
            () => WorkerProcess.StartAsync(() => Console.WriteLine(captured)),
            $"A lambda in {Here} uses 'captured' of the method around it, which");
        await RefusedAsync(() => WorkerProcess.StartAsync(Local), "Local uses 'captured' of the method around it, which");
        for (int inner = 0; inner < 1; inner++)
        {
            int number = inner;
            await RefusedAsync(() => WorkerProcess.StartAsync(() => Console.WriteLine(captured + number)), "uses 'number', 'captured' of the method around it, which");
        }
        await RefusedAsync(() => WorkerProcess.StartAsync(InstanceMethod), "is a method of an object");
        await RefusedAsync(() => WorkerProcess.StartAsync("text".Extension), "is bound to its first argument");
        Action several = WorkerMethods.Nothing;
        several += WorkerMethods.WaitForever;
        await RefusedAsync(() => WorkerProcess.StartAsync(several), "one of several methods");

        void Local() => Console.WriteLine(captured);
    }

    [TestMethod]
    public async Task Lambda_WithTheObjectAroundIt_IsRefused() =>
        await RefusedAsync(
            () => WorkerProcess.StartAsync(() => GC.KeepAlive(this)), $"A lambda in {nameof(Lambda_WithTheObjectAroundIt_IsRefused)} uses the object around it, which");

    [TestMethod]
    [DataRow("<<Main>$>g__Crash|0_14", "Crash")]
    [DataRow("<Run>b__41_60", "a lambda in Run")]
    [DataRow("<<Main>$>b__0_1", "a lambda in Main")]
    [DataRow("<<Run>g__Inner|0_1>b__2", "a lambda in Inner")]
    [DataRow("<Run", "<Run")]
    [DataRow("Run", "Run")]
    public void CompilerName_IsShownAsInTheSource(string name, string shown) => Assert.AreEqual(shown, CompilerName.Display(name));

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
    }

    [TestMethod]
    public async Task Lambda_AmongOthersOfItsScope_IsRefusedWithItsOwnVariablesOnly()
    {
        int used = 1;
        int other = 2;
        Action another = () => GC.KeepAlive(other);
        await RefusedAsync(
            () => WorkerProcess.StartAsync(() => Console.WriteLine(used)),
            $"A lambda in {nameof(Lambda_AmongOthersOfItsScope_IsRefusedWithItsOwnVariablesOnly)} uses 'used' of the method around it, which");
        await RefusedAsync(
            () => WorkerProcess.StartAsync(async () =>
            {
                await Task.Yield();
                Console.WriteLine(used);
            }),
            "uses 'used' of the method around it, which");
        another();
    }

    [TestMethod]
    public async Task Token_AsAnArgument_IsRefusedWithWhatToReadInstead() =>
        await RefusedAsync(
            () => WorkerProcess.StartAsync(static (CancellationToken stop) => GC.KeepAlive(stop), CancellationToken.None),
            "Argument 'stop' of a lambda in Token_AsAnArgument_IsRefusedWithWhatToReadInstead cannot go to another process: a value of type " +
            "System.Threading.CancellationToken is a signal within this process. Leave that parameter out: the method reads WorkerProcess.Stopping");

    [TestMethod]
    public async Task Argument_OfAChannelInMemory_IsRefused()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>($"mem:{Guid.NewGuid():N}", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerProcess.StartAsync(Take, channel.Reader).Done());
    }

    [TestMethod]
    public async Task Settings_OutOfRange_AreRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => WorkerProcess.StartAsync(WorkerMethods.Nothing, new WorkerOptions { TerminateTimeout = TimeSpan.FromSeconds(-2) }).Done());

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
