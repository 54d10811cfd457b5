namespace EndToEnd.Comparing.Measuring;

/// <summary>In which order the sets of a scenario have their turns.</summary>
internal static class Turns
{
    /// <summary>Old, new, new, old and so on, with the sets for the comparison with itself spread evenly between them.</summary>
    public static IReadOnlyList<Role> Order(int setsPerVersion, int selfSets)
    {
        var order = new List<Role>();
        int selfDone = 0;
        for (int pair = 0; pair < setsPerVersion; pair++)
        {
            order.AddRange(pair % 2 == 0 ? [Role.Old, Role.New] : [Role.New, Role.Old]);
            for (; selfDone < (pair + 1) * selfSets / setsPerVersion; selfDone++)
                order.Add(Role.Self);
        }
        return order;
    }

    /// <summary>Every other cycle runs backwards, so that what drifts within a cycle favors nobody.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyList<T> sets, int cycle) => cycle % 2 == 0 ? sets : sets.Reverse();
}
