using CrossChannels.TestChild.Checked;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>The rules themselves: a history that keeps them all, and one that breaks each.</summary>
[TestClass]
public sealed class HistoryRulesTests
{
    /// <summary>Writer 0 has written three items to each channel, by time 11.</summary>
    private static readonly string[] s_writer =
    [
        "10 Writing leased 3", "11 Flushed leased 3", "10 Writing plain 3", "11 Flushed plain 3", "10 Writing lone 3", "11 Flushed lone 3",
        "12 Acquired gate 6 0 0 10", "13 Released gate 6",
    ];

    private static readonly string[] s_reader =
    [
        "20 Read leased 0 1 1 12", "21 Completing leased 0 1", "22 Settled leased 0 1",
        "30 Read leased 1 2 1 23", "31 Completing leased 1 2", "32 Settled leased 1 2",
        "40 Read leased 2 3 1 33", "41 Completing leased 2 3", "42 Settled leased 2 3",
        "20 Read plain 0 0 0 12", "21 Read plain 1 0 0 20", "22 Read plain 2 0 0 21",
        "20 Read lone 0 0 0 12", "21 Read lone 1 0 0 20", "22 Read lone 2 0 0 21",
        "50 Ended leased 1", "50 Ended plain 1", "50 Ended lone 1",
        "15 Acquired gate 7 0 0 11", "17 Released gate 7",
    ];

    [TestMethod]
    public void Good_KeepsAll() => Assert.IsEmpty(Check(s_writer, s_reader));

    [TestMethod]
    public void Flushed_AndNeverRead_IsLost()
    {
        foreach (string channel in (string[])["plain", "lone"])
            Breaks("lost", s_writer, [.. s_reader.Where(line => !line.Contains($"Read {channel} 2"))]);
        Breaks("lost", s_writer, [.. s_reader.Where(static line => !line.Contains("leased 2"))]);
        Breaks("settled by nobody", s_writer, [.. s_reader.Where(static line => !line.Contains("ing leased 2") && !line.Contains("ed leased 2"))]);
    }

    [TestMethod]
    public void Lost_WithAReaderThatWasKilled_IsOneItemOfAPlainChannel()
    {
        string[] misses = [.. s_reader.Where(static line => !line.Contains("Read plain 2"))];
        Assert.IsEmpty(Check(s_writer, misses, killed: ["12 StoodStill gate"]));
        Breaks("lost", s_writer, [.. misses.Where(static line => !line.Contains("Read plain 1"))], killed: ["12 StoodStill gate"]);
    }

    [TestMethod]
    public void Read_AndNeverWritten() => Breaks("never written", s_writer, [.. s_reader, "23 Read plain 3 0 0 22"]);

    [TestMethod]
    public void Settled_ComesAgain()
    {
        Breaks("had settled it", s_writer, [.. s_reader, "24 Read leased 0 1 2 23"]);
        // It was on its way when it was settled elsewhere.
        Assert.IsEmpty(Check(s_writer, [.. s_reader, "24 Read leased 0 1 2 21"]));
    }

    [TestMethod]
    [DataRow(1_000, false, false)]
    [DataRow(3_000, false, true)]
    [DataRow(50, true, false)]
    [DataRow(1_000, true, true)]
    public void SettledLate_WhatWasSentToAnotherByThen_IsMarked(int milliseconds, bool wasServerKilled, bool isLate)
    {
        long settled = 20 + (milliseconds * 1_000_000L);
        string[] late = [.. s_reader.Select(line => line.Replace("22 Settled leased 0", $"{settled} Settled leased 0").Replace("50 Ended leased", $"{settled + 3} Ended leased"))];
        string again = $"{settled + 2} Read leased 0 1 2 {settled + 1}";
        if (isLate)
            Assert.IsEmpty(Check(s_writer, [.. late, again], mayStoreTwice: wasServerKilled));
        else
            Breaks("had settled it", s_writer, [.. late, again], mayStoreTwice: wasServerKilled);
        Breaks("had settled it", s_writer, [.. late, again.Replace("0 1 2", "0 1 1")], mayStoreTwice: wasServerKilled);
    }

    [TestMethod]
    public void Double_IsMarkedOrNot()
    {
        Breaks("first delivery", s_writer, [.. s_reader, "21 Read leased 0 1 1 12"]);
        Assert.IsEmpty(Check(s_writer, [.. s_reader, "21 Read leased 0 1 2 12"]));
    }

    [TestMethod]
    public void Stored_Twice()
    {
        string[] twice = [.. s_reader, "45 Read leased 0 4 2 43", "46 Completing leased 0 4"];
        Breaks("was stored 2 times", s_writer, twice);
        Assert.IsEmpty(Check(s_writer, twice, mayStoreTwice: true));
    }

    [TestMethod]
    public void Stored_InTheWrongOrder() => Breaks("before item 0", s_writer, [.. s_reader.Select(static line => line.Contains("leased 0") ? line.Replace("leased 0 1", "leased 0 4") : line)]);

    [TestMethod]
    public void Stored_TwoAtOnePlace() => Breaks("had place 2", s_writer, [.. s_reader.Select(static line => line.Replace("leased 2 3", "leased 2 2"))]);

    [TestMethod]
    public void Plain_ComesTwice()
    {
        Breaks("twice to one process", s_writer, [.. s_reader, "23 Read plain 0 0 0 22"]);
        Breaks("that nothing befell", s_writer, s_reader, other: ["23 Read plain 0 0 0 22"]);
        Assert.IsEmpty(Check(s_writer, s_reader, killed: ["19 Read plain 0 0 0 12"]));
        Assert.IsEmpty(Check(s_writer, [.. s_reader, "23 Read plain 0 0 0 22"], mayStoreTwice: true));
    }

    [TestMethod]
    public void Lone_OutOfOrderOrTwice()
    {
        Breaks("number 0 of its writer was next", s_writer, [.. s_reader.Select(static line => line.Replace("20 Read lone 0", "23 Read lone 0"))]);
        Breaks("came twice", s_writer, [.. s_reader, "23 Read lone 1 0 0 22"]);
    }

    [TestMethod]
    public void End_OfAnotherKind_NoneOrNotTheLast()
    {
        Breaks("saw it end as ConnectionLost", s_writer, s_reader, other: ["50 Ended leased 5"]);
        Breaks("nobody saw its end", s_writer, [.. s_reader.Where(static line => line != "50 Ended plain 1")]);
        Breaks("had seen the end", s_writer, s_reader, other: ["49 Ended plain 1"], killed: ["52 Read plain 0 0 0 51"]);
    }

    [TestMethod]
    public void Token_OfTwoHolders() => Breaks("token 7 was given to", s_writer, s_reader, other: ["19 Acquired gate 7 0 0 18", "20 Released gate 7"]);

    [TestMethod]
    public void Token_Falls() => Breaks("and got 5", s_writer, s_reader, other: ["19 Acquired gate 5 0 0 18", "20 Released gate 5"]);

    [TestMethod]
    public void Hold_WhileAnotherHolds()
    {
        string[] next = ["16 Acquired gate 8 0 0 11", "19 Released gate 8"];
        Breaks("while reader had 7", s_writer, s_reader, other: next);
        // It was told that it has lost the lock; or it stood still, and could not be told.
        Assert.IsEmpty(Check(s_writer, [.. s_reader, "15 Lost gate 7"], other: next));
        Assert.IsEmpty(Check(s_writer, [.. s_reader, "17 StoodStill gate 0 0 0 14"], other: next));
        Assert.IsEmpty(Check(s_writer, s_reader, killed: ["19 Acquired gate 8 0 0 18"], other: ["30 Acquired gate 9 0 0 18", "31 Released gate 9"]));
    }

    private static void Breaks(string expected, string[] writer, string[] reader, string[]? other = null, string[]? killed = null, bool mayStoreTwice = false) =>
        StringAssert.Contains(string.Join(Environment.NewLine, Check(writer, reader, other, killed, mayStoreTwice)), expected);

    private static List<string> Check(string[] writer, string[] reader, string[]? other = null, string[]? killed = null, bool mayStoreTwice = false) => HistoryRules.Check(new CheckedHistory(
        [
            Process("writer", writer),
            Process("reader", reader),
            .. other is null ? (CheckedProcess[])[] : [Process("other", other)],
            .. killed is null ? (CheckedProcess[])[] : [Process("killed", killed) with { WasKilled = true, WasHarmed = true }],
        ],
        mayStoreTwice));

    private static CheckedProcess Process(string name, string[] lines) => new(name, [.. lines.Select(CheckEntry.Parse)]);
}
