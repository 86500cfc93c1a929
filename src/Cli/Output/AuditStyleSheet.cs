namespace EventDock.Cli.Output;

/// <summary>How the page of an audit report looks: on a telephone, a screen and paper, in light and in dark.</summary>
internal static class AuditStyleSheet
{
    /// <summary>No sign of XML's in it: it stands in the page as it is, and the page's policy names its digest.</summary>
    public const string Text = """

        :root {
          color-scheme: light dark;
          --ground: #f5f6f8; --paper: #ffffff; --ink: #1b1f24; --soft: #5d656f; --line: #dde1e6;
          --accent: #2b6cb0; --alarm: #b42318; --alarm-ground: #fef1ef; --good: #1a7f4e; --good-ground: #edf8f1; --tag: #8a5a00;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0f1114; --paper: #171a1f; --ink: #e4e7eb; --soft: #98a1ac; --line: #2a3037;
            --accent: #6aa9ee; --alarm: #ff9186; --alarm-ground: #2f1a19; --good: #62c893; --good-ground: #14261d; --tag: #e0b050;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
        }
        main { max-width: 1320px; margin: 0 auto; padding: 40px 32px 64px; }
        h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; margin: 0 0 16px; }
        h2 { font-size: 19px; line-height: 1.3; letter-spacing: -0.005em; font-weight: 650; margin: 0 0 4px; }
        p { margin: 0; }
        section { margin-top: 44px; scroll-margin-top: 16px; }
        .note { color: var(--soft); max-width: 76ch; margin-bottom: 14px; }
        .none { color: var(--soft); }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 10px 32px; margin: 0 0 20px; }
        .facts dt { color: var(--soft); font-size: 13px; }
        .facts dd { margin: 0; }
        .verdict { border-left: 4px solid; padding: 10px 16px; border-radius: 0 6px 6px 0; font-weight: 600; }
        .verdict a { color: inherit; text-decoration: none; }
        .sound { color: var(--good); background: var(--good-ground); }
        .unsound { color: var(--alarm); background: var(--alarm-ground); }
        nav { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; }
        nav a {
          background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 6px 14px; color: var(--soft);
          text-decoration: none; font-size: 14px;
        }
        nav a:hover { border-color: var(--accent); }
        nav b { color: var(--ink); font-size: 17px; font-weight: 650; margin-right: 3px; }
        nav .look b { color: var(--alarm); }
        table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; font-size: 13.5px; line-height: 1.45; }
        th { text-align: left; font-weight: 600; font-size: 12.5px; color: var(--soft); padding: 9px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
        td { vertical-align: top; padding: 10px 12px; border-bottom: 1px solid var(--line); }
        tbody tr:last-child td { border-bottom: 0; }
        td code { display: block; font-family: var(--mono); font-size: 12px; line-height: 1.5; }
        td code + p, td p + code { margin-top: 2px; }
        .faint { color: var(--soft); }
        .alarm { color: var(--alarm); }
        #operations td:nth-child(2) code:first-child { font-weight: 600; margin-bottom: 3px; }
        #containers td:nth-child(1) p:first-child, #called-out td:nth-child(1) p:first-child { font-weight: 600; }
        @media print, screen and (min-width: 861px) {
          #operations td:nth-child(1), #tags td:nth-child(1), #programs td:nth-child(1), #refused td:nth-child(1), #ledger td:nth-child(1),
          #containers td:nth-child(3), #containers td:nth-child(5), #called-out td:nth-child(4) { white-space: nowrap; }
          #operations td:nth-child(2) { width: 40%; }
          #operations td:nth-child(3) { min-width: 6.5em; }
          #operations td:nth-child(4), #operations td:nth-child(7) { min-width: 12em; }
          #operations td:nth-child(5), #operations td:nth-child(6) { min-width: 9.4em; }
          #containers td:nth-child(1), #called-out td:nth-child(1), #tags td:nth-child(2), #programs td:nth-child(2) { min-width: 9em; }
          #containers td:nth-child(2) { width: 34%; }
          #containers td:nth-child(4) { width: 28%; }
          #tags td:nth-child(5) { min-width: 14em; }
        }
        #statement ul { margin: 8px 0 0; padding: 14px 20px 14px 36px; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
        #statement li { margin: 4px 0; max-width: 110ch; }
        #statement li.alarm { font-weight: 600; }
        .timeline { display: block; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 8px 6px; box-sizing: content-box; width: calc(100% - 18px); }
        .timeline text { fill: var(--ink); font-size: 12.5px; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
        .timeline .name { font-weight: 600; }
        .timeline .soft { fill: var(--soft); font-weight: 400; }
        .timeline .tick { fill: var(--soft); font-size: 11.5px; }
        .timeline .alarm { fill: var(--alarm); }
        .grid { stroke: var(--line); stroke-width: 1; shape-rendering: crispEdges; }
        .life { stroke: var(--soft); stroke-width: 1.5; opacity: 0.55; }
        .run { fill: var(--accent); opacity: 0.85; }
        .good { fill: var(--paper); stroke: var(--good); stroke-width: 2.5; }
        .bad { fill: none; stroke: var(--alarm); stroke-width: 2.5; stroke-linecap: round; }
        .gone { stroke: var(--ink); stroke-width: 2; }
        .tag { fill: var(--tag); stroke: var(--paper); stroke-width: 1; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 10px; padding: 0; color: var(--soft); font-size: 13px; }
        .legend li { display: flex; align-items: center; gap: 6px; }
        @media screen and (max-width: 860px) {
          main { padding: 24px 16px 48px; }
          h1 { font-size: 26px; }
          section { margin-top: 36px; }
          table, tbody { display: block; background: none; border: 0; }
          thead { display: none; }
          tr { display: block; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 6px 14px; margin-bottom: 10px; }
          td { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: 0 10px; padding: 6px 0; width: auto; min-width: 0; border-bottom: 1px solid var(--line); }
          td:last-child { border-bottom: 0; }
          td::before { content: attr(data-label); color: var(--soft); font-size: 12.5px; }
          .tick.odd { display: none; }
          .facts { grid-template-columns: 1fr; }
        }
        @page { size: A4 landscape; margin: 13mm; }
        @media print {
          :root {
            color-scheme: light;
            --ground: #fff; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb;
            --accent: #2b6cb0; --alarm: #a01a10; --alarm-ground: #fff; --good: #12663d; --good-ground: #fff; --tag: #8a5a00;
          }
          body { font-size: 9.5pt; }
          main { max-width: none; padding: 0; }
          h1 { font-size: 19pt; }
          h2 { font-size: 12.5pt; break-after: avoid; }
          .note, .legend { break-after: avoid; break-inside: avoid; }
          .timeline { width: calc(100% - 20px); }
          section { margin-top: 20pt; }
          table { font-size: 8pt; border-radius: 0; border-left: 0; border-right: 0; }
          td code { font-size: 7.2pt; }
          th, td { padding: 4pt 5pt; }
          thead { display: table-header-group; }
          tr, li, svg { break-inside: avoid; }
          .run, .good, .bad, .tag, .life, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          nav a { padding: 3pt 8pt; }
        }

        """;
}
