using CrossChannels;
using CrossChannels.MessagePack;
using PolyType;

(CrossChannelWriter<Job> writer, CrossChannelReader<Job> reader) = CrossChannel.CreatePipe(items: new ItemOptions<Job>().UseMessagePack());
await writer.WriteAsync(new Job(5, "used"));
return await reader.ReadAsync() == new Job(5, "used") ? 0 : 1;

[GenerateShape]
internal sealed partial record Job(int Id, string Note);
