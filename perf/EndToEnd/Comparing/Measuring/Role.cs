namespace EndToEnd.Comparing.Measuring;

/// <summary>What a set of processes is for.</summary>
internal enum Role
{
    /// <summary>Of the old version, and no part of the test: shows how far the old version differs from itself.</summary>
    Self,

    /// <summary>Of the old version.</summary>
    Old,

    /// <summary>Of the new version.</summary>
    New,
}
