namespace CrossChannels.Tests.Diagnostics;

[TestClass]
public sealed class PeerTextTests
{
    [TestMethod]
    [DataRow("plain text, with äöü, 漢字 and 😀")]
    [DataRow("")]
    [DataRow("C:\\u000A")]
    public void Show_NothingToHide_IsTheSameString(string text) => Assert.AreSame(text, PeerText.Show(text));

    [TestMethod]
    [DataRow("a\r\nb", "a\\u000D\\u000Ab", DisplayName = "line break")]
    [DataRow("\u001b[31mred", "\\u001B[31mred", DisplayName = "terminal escape")]
    [DataRow("a\u2028b\u2029", "a\\u2028b\\u2029", DisplayName = "line separators")]
    [DataRow("user\u202Etxt.exe", "user\\u202Etxt.exe", DisplayName = "right-to-left override")]
    [DataRow("\u0085\u009b", "\\u0085\\u009B", DisplayName = "C1 controls")]
    [DataRow("a\0b", "a\\u0000b", DisplayName = "NUL")]
    public void Show_WhatCouldForgeALine_IsEscaped(string text, string shown)
    {
        Assert.AreEqual(shown, PeerText.Show(text));
        Assert.AreEqual(shown, PeerText.Show(PeerText.Show(text)));
    }

    [TestMethod]
    public void Show_LoneSurrogates_AreEscapedAndPairsStay() =>
        Assert.AreEqual("😀\\uD83D!\\uDE00", PeerText.Show("😀" + '\uD83D' + "!" + '\uDE00'));

    [TestMethod]
    public void Show_InvisibleCharactersBeyondTheBasicPlane_AreEscapedAsTheirUnits() =>
        Assert.AreEqual("a\\uDB40\\uDC41b", PeerText.Show("a" + char.ConvertFromUtf32(0xE0041) + "b"));

    [TestMethod]
    public void Show_LongText_IsCutAndSaysHowLongItWas()
    {
        Assert.AreEqual(new string('x', 1000) + "... (65,536 characters)", PeerText.Show(new string('x', 65_536)));
        Assert.AreEqual("abc... (6 characters)", PeerText.Show("abcdef", maxLength: 3));
        Assert.AreEqual("abc", PeerText.Show("abc", maxLength: 3));
        Assert.AreEqual("a😀... (5 characters)", PeerText.Show("a😀bc", maxLength: 2));
        Assert.IsLessThan(1100, PeerText.Show(new string('\n', 65_536)).Length);
    }

    [TestMethod]
    public void Show_Null_IsEmpty() => Assert.AreEqual("", PeerText.Show(null));

    [TestMethod]
    public void MessageOf_MessageThrows_NamesBothTypes()
    {
        string shown = PeerText.MessageOf(new SilentException());
        StringAssert.Contains(shown, nameof(SilentException));
        StringAssert.Contains(shown, nameof(FormatException));
    }

    [TestMethod]
    public void MessageOf_MessageOfSeveralLines_IsOneLine() =>
        Assert.AreEqual("one\\u000Atwo", PeerText.MessageOf(new InvalidOperationException("one\ntwo")));

    private sealed class SilentException : Exception
    {
        public override string Message => throw new FormatException();
    }
}
