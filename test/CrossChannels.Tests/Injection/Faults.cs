using System.Reflection;
using System.Text;

namespace CrossChannels.Tests.Injection;

/// <summary>Puts a logger and a clock that fail into options.</summary>
internal static class Faults
{
    /// <summary>A plan that is the same each time that a test of this name runs with the seed of the suite.</summary>
    public static FaultPlan PlanOf(TestContext context)
    {
        int hash = TestSeed.Value;
        foreach (byte one in Encoding.UTF8.GetBytes(context.TestDisplayName ?? ""))
            hash = unchecked((hash * 31) + one);
        return new FaultPlan(hash, oneIn: 3);
    }

    /// <summary>A copy in which every <see cref="ConnectionOptions"/> has a logger and a clock that fail.</summary>
    public static T Add<T>(FaultPlan plan, T options)
        where T : class, new()
    {
        var copy = new T();
        foreach (PropertyInfo property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.CanWrite))
        {
            object? value = property.GetValue(options);
            property.SetValue(copy, value is ConnectionOptions connection ? Add(plan, connection) : value);
        }
        if (copy is ConnectionOptions)
        {
            var given = (ConnectionOptions)(object)options;
            typeof(T).GetProperty(nameof(ConnectionOptions.Logger))!.SetValue(copy, new FaultyLogger(plan, given.Logger));
            typeof(T).GetProperty(nameof(ConnectionOptions.TimeProvider))!.SetValue(copy, new FaultyClock(plan, given.TimeProvider));
        }
        return copy;
    }
}
