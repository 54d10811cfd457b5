[assembly: Parallelize(Scope = ExecutionScope.MethodLevel, Workers = 8)]
