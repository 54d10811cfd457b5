using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers;

/// <content>Starts methods that return nothing.</content>
public sealed partial class WorkerProcess
{
    /// <summary>Starts a method without arguments in a process of its own.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    /// <exception cref="InvalidOperationException">This program cannot start itself again, or an argument was given away before.</exception>
    public static Task<WorkerProcess> StartAsync(Action method, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList(), settings, cancellationToken);

    /// <summary>Starts a method with one argument in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T>(
        Action<T> method, T arg, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg), settings, cancellationToken);

    /// <summary>Starts a method with two arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2>(
        Action<T1, T2> method, T1 arg1, T2 arg2, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2), settings, cancellationToken);

    /// <summary>Starts a method with three arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3>(
        Action<T1, T2, T3> method, T1 arg1, T2 arg2, T3 arg3, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), settings, cancellationToken);

    /// <summary>Starts a method with four arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), settings, cancellationToken);

    /// <summary>Starts a method with five arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4, T5>(
        Action<T1, T2, T3, T4, T5> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4).Add(arg5), settings, cancellationToken);

    /// <summary>Starts a method with six arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4, T5, T6>(
        Action<T1, T2, T3, T4, T5, T6> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4).Add(arg5).Add(arg6), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled without arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync(
        Action<CancellationToken> method, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList(), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with one argument in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T>(
        Action<T, CancellationToken> method, T arg, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with two arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2>(
        Action<T1, T2, CancellationToken> method, T1 arg1, T2 arg2, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with three arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3>(
        Action<T1, T2, T3, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with four arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with five arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4, T5>(
        Action<T1, T2, T3, T4, T5, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4).Add(arg5), settings, cancellationToken);

    /// <summary>Starts a method that can be canceled with six arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4, T5, T6>(
        Action<T1, T2, T3, T4, T5, T6, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, WorkerOptions? settings = null, CancellationToken cancellationToken = default) =>
        LaunchAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4).Add(arg5).Add(arg6), settings, cancellationToken);
}
