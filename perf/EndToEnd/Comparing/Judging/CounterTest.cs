namespace EndToEnd.Comparing.Judging;

/// <summary>The comparison of two versions by one counter.</summary>
/// <param name="Shift">Of the logarithm of the cost, from the old version to the new.</param>
/// <param name="PValue">Of the rank sum test between the sets of both versions, two-sided and exact.</param>
/// <param name="Floor">The noise floor: how far the old version seems to differ from itself, by noise alone.</param>
/// <param name="Steadiness">The scatter of a set's score, seen from the sets that take no part in the test; less is steadier.</param>
internal sealed record CounterTest(Shift Shift, double PValue, double Floor, double Steadiness)
{
    public static CounterTest Of(Costs costs)
    {
        // Which set is of which version does not matter here, so that without a difference all ways to share out the sets stay equally likely.
        double[] centers = Scores.Centers([.. costs.Old, .. costs.New]);
        double[] old = Scores.Of(costs.Old, centers), @new = Scores.Of(costs.New, centers), self = Scores.Of(costs.Self, centers);
        return new CounterTest(
            Judging.Shift.Of(old, @new),
            RankSum.PValue(old, @new),
            NoiseFloor.Of(self, old, @new.Length),
            Spread.Of(costs.Self).Score(costs.Self[0].Count));
    }
}
