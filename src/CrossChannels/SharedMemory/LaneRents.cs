using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>The pages that the writer of a lane rents to its program, as the writer keeps account of them. One caller at a time, and while pages are rented only while the segment is mapped.</summary>
/// <remarks>
/// A block is rented, then given back or published. One that was published is free again when the reader has said so, by the number of the item; a block of another item has another
/// number, so that a word that was left behind says nothing. The reader's words are only compared: whatever they are, a block is at most used too early or never again.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LaneRents(SharedSegment segment, LaneLayout layout)
{
    /// <summary>So many of the published blocks are looked at for each that is rented.</summary>
    private const int LooksPerRent = 4;

    private readonly byte* _start = segment.Start + layout.RentStart;
    private readonly long* _returned = (long*)(segment.Start + layout.ReturnsStart);
    private readonly Queue<(int Page, int Pages, long Number)> _published = new();
    // In order of place, with others between them.
    private readonly List<(int Page, int Pages)> _free = [(0, (int)(layout.RentBytes / LaneLayout.RentedPage))];

    /// <summary>Rents a block: the first that is large enough, so that those are used again that were used before.</summary>
    /// <param name="bytes">At least 1.</param>
    /// <param name="page">Where it begins.</param>
    /// <returns>False if none is free.</returns>
    public bool TryRent(int bytes, out int page)
    {
        int pages = PagesOf(bytes);
        Collect(LooksPerRent);
        if (TryTake(pages, out page))
            return true;
        Collect(_published.Count);
        return TryTake(pages, out page);
    }

    /// <summary>The first byte of a block.</summary>
    public nint At(int page) => (nint)(_start + ((long)page * LaneLayout.RentedPage));

    /// <summary>A block was published as an item.</summary>
    public void Published(int page, int bytes, long number) => _published.Enqueue((page, PagesOf(bytes), number));

    /// <summary>A block is not used after all.</summary>
    public void GiveBack(int page, int bytes) => Free(page, PagesOf(bytes));

    private static int PagesOf(int bytes) => (int)(((long)bytes + LaneLayout.RentedPage - 1) / LaneLayout.RentedPage);

    /// <summary>Frees what the reader has returned, of so many blocks that were published first.</summary>
    private void Collect(int looks)
    {
        for (; looks > 0 && _published.TryDequeue(out (int Page, int Pages, long Number) block); looks--)
        {
            if (Volatile.Read(ref _returned[block.Page]) == block.Number)
                Free(block.Page, block.Pages);
            else
                _published.Enqueue(block);
        }
    }

    private bool TryTake(int pages, out int page)
    {
        for (int i = 0; i < _free.Count; i++)
        {
            (page, int free) = _free[i];
            if (free < pages)
                continue;
            if (free == pages)
                _free.RemoveAt(i);
            else
                _free[i] = (page + pages, free - pages);
            return true;
        }
        page = 0;
        return false;
    }

    private void Free(int page, int pages)
    {
        int at = _free.BinarySearch((page, 0));
        at = ~at;
        if (at < _free.Count && page + pages == _free[at].Page)
        {
            pages += _free[at].Pages;
            _free.RemoveAt(at);
        }
        if (at > 0 && _free[at - 1].Page + _free[at - 1].Pages == page)
            _free[at - 1] = (_free[at - 1].Page, _free[at - 1].Pages + pages);
        else
            _free.Insert(at, (page, pages));
    }
}
