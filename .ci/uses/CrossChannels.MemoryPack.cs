using CrossChannels;
using CrossChannels.MemoryPack;
using MemoryPack;

(CrossChannelWriter<Job> writer, CrossChannelReader<Job> reader) = CrossChannel.CreatePipe(items: new ItemOptions<Job>().UseMemoryPack());
await writer.WriteAsync(new Job(5, "used"));
return await reader.ReadAsync() == new Job(5, "used") ? 0 : 1;

[MemoryPackable]
internal sealed partial record Job(int Id, string Note);
