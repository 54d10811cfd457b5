using CrossChannels.Transfer;

namespace CrossChannels.Tests.Ends;

/// <summary>Gives ends to "Alice", as bytes.</summary>
internal static class EndTickets
{
    /// <summary>What <c>TransferAsync</c> of the end's own type does.</summary>
    public static ValueTask<TransferTicket> GiveAsync(object end, string to) => TransferTicket.CreateAsync((IGivenEnd)end, to, CancellationToken.None);

    /// <summary>A ticket that has been through its bytes.</summary>
    public static async Task<TransferTicket> PassAsync(object end) => TransferTicket.FromBytes((await GiveAsync(end, "Alice").Done()).ToBytes());

    /// <summary>A ticket as an argument of a child.</summary>
    public static async Task<string> GiveTextAsync(object end) => Text(await GiveAsync(end, "Alice").Done());

    public static string Text(TransferTicket ticket) => Convert.ToHexString(ticket.ToBytes());

    public static async Task<InvalidOperationException> AssertRefusedAsync(object end, params string[] texts)
    {
        InvalidOperationException e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(async () => await GiveAsync(end, "Bob").Done());
        foreach (string text in texts)
            StringAssert.Contains(e.Message, text);
        return e;
    }

    /// <summary>Asserts that a use throws that the end is Alice's.</summary>
    public static async Task AssertMovedAsync(Func<Task> use, params string[] texts)
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(use);
        StringAssert.Contains(e.Message, "was given to Alice");
        foreach (string text in texts)
            StringAssert.Contains(e.Message, text);
    }
}
