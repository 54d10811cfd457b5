namespace CrossChannels.TestChild;

/// <summary>Eats dishes until no cook is left and everything is eaten.</summary>
internal static class EatCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using LeasedReader<string> dishes = await CrossChannel.OpenLeasedReaderAsync<string>(address);
        await foreach (Lease<string> dish in dishes.ReadAllAsync())
        {
            await TestChildProgram.SayAsync(dish.Item);
            dish.Complete();
        }
        return 0;
    }
}
