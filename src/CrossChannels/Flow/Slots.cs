namespace CrossChannels.Flow;

/// <summary>The capacity of a channel that several writers share: what is occupied, promised, and free. Knows no channel and takes no lock.</summary>
/// <remarks>A slot is promised when credit is granted, occupied when the item comes, and free when the item is read. So the capacity is exact.</remarks>
/// <param name="capacity">Items, or <see cref="long.MaxValue"/> for no limit.</param>
internal struct Slots(long capacity)
{
    public readonly long Capacity => capacity;

    public readonly bool IsUnlimited => capacity == long.MaxValue;

    /// <summary>Items that count against the capacity; may exceed it when items come back.</summary>
    public long Occupied { get; private set; }

    /// <summary>Credit that was granted and not used.</summary>
    public long Promised { get; private set; }

    public readonly long Free => IsUnlimited ? long.MaxValue : capacity - Occupied - Promised;

    /// <summary>Grants credit.</summary>
    public void Promise(long count) => Promised += count;

    /// <summary>Credit comes back unused.</summary>
    public void Unpromise(long count) => Promised -= count;

    /// <summary>Items came for which credit was granted.</summary>
    public void Use(long count)
    {
        if (!IsUnlimited)
            Promised -= count;
        Occupied += count;
    }

    /// <summary>Items came without credit: the owner's, or some that come back.</summary>
    public void Occupy(long count) => Occupied += count;

    public void Release(long count) => Occupied -= count;
}
