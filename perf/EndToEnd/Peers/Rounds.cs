namespace EndToEnd.Peers;

/// <summary>Rounds of any number of sides in turns.</summary>
internal static class Rounds
{
    /// <summary>A B C, then C B A: what drifts favors none.</summary>
    /// <returns>What <paramref name="select"/> makes of each side's figures, one list a side.</returns>
    public static async Task<IReadOnlyList<T>[]> RunAsync<T>(IReadOnlyList<Side> sides, Plan plan, Func<int, double[], T> select)
    {
        List<T>[] results = [.. sides.Select(static _ => new List<T>())];
        for (int round = 0; round < plan.Pairs; round++)
        {
            for (int i = 0; i < sides.Count; i++)
            {
                int side = round % 2 == 0 ? i : sides.Count - 1 - i;
                results[side].Add(select(side, await sides[side].RunAsync(plan.Duration)));
            }
        }
        return [.. results];
    }
}
