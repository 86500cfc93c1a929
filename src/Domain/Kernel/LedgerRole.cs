namespace EventDock.Domain.Kernel;

/// <summary>As whom one works in the private cluster's database.</summary>
public enum LedgerRole
{
    /// <summary>Of database, schema and tables: may do anything to them.</summary>
    Owner,

    /// <summary>Of commands: adds events and changes none.</summary>
    Engine,

    /// <summary>Of those who ask: reads the schema audit, and nothing else.</summary>
    Audit,
}

/// <summary>The roles' names on the command line.</summary>
public static class LedgerRoles
{
    public static Either<DomainError, LedgerRole> Parse(string text) =>
        text switch
        {
            "owner" => LedgerRole.Owner,
            "engine" => LedgerRole.Engine,
            "audit" => LedgerRole.Audit,
            _ => new DomainError.Invalid("role", text, "it is engine, audit or owner"),
        };
}
