using CrossChannels;

namespace Microbenchmarks;

/// <summary>Items as their own bytes.</summary>
public class LongCodecBenchmarks() : CodecBenchmark<long>(42);

/// <summary>Text of 100 characters.</summary>
public class StringCodecBenchmarks() : CodecBenchmark<string>(new string('x', 100));

/// <summary>Bytes, 100 of them.</summary>
public class BytesCodecBenchmarks() : CodecBenchmark<byte[]>(new byte[100]);

/// <summary>A record of about 100 bytes as JSON, by metadata that the compiler made.</summary>
public class RecordCodecBenchmarks() : CodecBenchmark<Measured>(Measured.Sample, ItemSerializer.Json(MeasuredJson.Default.Measured));
