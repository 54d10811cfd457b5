using NerdbankSample;

await OverFullDuplexStream.RunAsync();
await OverMultiplexingStream.RunAsync();
await HubOverOneConnection.RunAsync();
