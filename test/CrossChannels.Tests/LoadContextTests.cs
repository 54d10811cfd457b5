using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CrossChannels.Tests;

/// <summary>A plug-in that uses the library, in a load context of its own, can be unloaded.</summary>
[TestClass]
public sealed class LoadContextTests
{
    [TestMethod]
    public async Task CollectibleContext_UsedAndUnloaded_IsCollected()
    {
        WeakReference context = UseAndUnload();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !context.IsAlive;
        });
        Assert.IsFalse(context.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndUnload()
    {
        var context = new AssemblyLoadContext("plug-in", isCollectible: true);
        Assembly library = context.LoadFromAssemblyPath(typeof(CrossChannel).Assembly.Location);
        Assert.AreNotSame(typeof(CrossChannel).Assembly, library);
        MethodInfo create = library.GetType("CrossChannels.CrossChannel", throwOnError: true)!.GetMethod("CreatePipe")!.MakeGenericMethod(typeof(int));
        var pipe = (ITuple)create.Invoke(null, [null, null])!;
        var writer = (System.Threading.Channels.ChannelWriter<int>)pipe[0]!;
        var reader = (System.Threading.Channels.ChannelReader<int>)pipe[1]!;
        Assert.IsTrue(SpinWait.SpinUntil(() => writer.TryWrite(7), Wait.Deadline));
        Assert.IsTrue(SpinWait.SpinUntil(() => reader.TryRead(out int item) && item == 7, Wait.Deadline));
        ((IDisposable)writer).Dispose();
        ((IDisposable)reader).Dispose();
        context.Unload();
        return new WeakReference(context);
    }
}
