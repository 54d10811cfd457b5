namespace ParallelGzip;

/// <summary>A block, or the gzip member that became of it. Workers finish in any order, and so each has its number.</summary>
internal sealed record NumberedBytes(long Number, byte[] Bytes);
