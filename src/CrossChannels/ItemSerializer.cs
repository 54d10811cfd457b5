namespace CrossChannels;

/// <summary>The built-in serializers.</summary>
public static class ItemSerializer
{
}
