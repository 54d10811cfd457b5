using CrossChannels;
using CrossChannels.Workers;

await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unique("used"), 10);
await using WorkerProcess worker = await WorkerProcess.StartAsync(Send, channel.Writer);
int sent = await channel.Reader.ReadAsync();
(await worker.WaitForExitAsync()).EnsureSuccess();
await using var pool = new WorkerPool(1);
return sent == 5 && await pool.RunAsync(Square, 3) == 9 ? 0 : 1;

static async Task Send(CrossChannelWriter<int> writer) => await writer.WriteAsync(5);

static int Square(int number) => number * number;
