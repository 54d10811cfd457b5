using CrossChannels;

await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unique("used"), 10);
await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(channel.Address);
await writer.WriteAsync(5);
return await channel.Reader.ReadAsync() == 5 ? 0 : 1;
