//! The queries. `{tables}` are the conditions on a class `c` and its namespace `n`; a table is known by its number in the first column.

use super::DIALECT;

/// The tables of the current schema, and of these. A partition belongs to its table, and an extension's table to the extension.
pub(super) fn tables_of(schemas: &[String]) -> String {
    let literals = schemas.iter().map(|schema| DIALECT.literal(schema));
    let named: Vec<_> = std::iter::once("current_schema()".to_owned())
        .chain(literals)
        .collect();
    format!("n.nspname IN ({})", named.join(", "))
}

/// The types of schemas that are not the current one, where the search path finds them by name alone.
pub(super) const VISIBLE: &str = "\
    SELECT n.nspname::text, t.typname::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
    WHERE n.nspname = ANY (current_schemas(false)) AND n.nspname <> current_schema() \
      AND t.typtype <> 'c' AND t.typelem = 0 AND pg_type_is_visible(t.oid)";

pub(super) const TABLES: &str = "\
    SELECT c.oid::text, n.nspname::text, c.relname::text, d.description \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0 \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {tables} \
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') \
    ORDER BY n.nspname, c.relname";

/// The tables of all schemas but those that are read and the server's own.
pub(super) const TABLES_ELSEWHERE: &str = "\
    SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT ({tables}) \
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') \
    ORDER BY n.nspname, c.relname";

/// What is there and no schema value holds, in words. What an extension brought comes and goes with it.
pub(super) const LEFT_OUT: &str = "\
    WITH own AS (SELECT e.objid FROM pg_depend e WHERE e.deptype = 'e') \
    SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql' \
    UNION SELECT 'domain ' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
      WHERE t.typtype = 'd' AND {tables} AND t.oid NOT IN (SELECT objid FROM own) \
    UNION SELECT 'view ' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
      WHERE c.relkind IN ('v', 'm') AND {tables} AND c.oid NOT IN (SELECT objid FROM own) \
    UNION SELECT CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.proname \
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {tables} AND p.oid NOT IN (SELECT objid FROM own) \
    UNION SELECT 'trigger ' || g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid \
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal AND {tables} \
    ORDER BY 1";

/// What is read like a table and is none.
pub(super) const VIEWS: &str = "\
    SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('v', 'm', 'f') AND {tables} ORDER BY n.nspname, c.relname";

/// A column's own sequence is the one that depends on it: by `a` that of a `serial`, if its default takes numbers from it, by `i` that
/// of an identity.
pub(super) const COLUMNS: &str = "\
    SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, \
      pg_get_expr(f.adbin, f.adrelid), a.attgenerated::text, a.attidentity::text, l.collname::text, d.description, \
      s.owned, s.seqstart::text, s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    JOIN pg_type t ON t.oid = a.atttypid \
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum \
    LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation \
    LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum \
    LEFT JOIN (SELECT p.refobjid, p.refobjsubid, q.*, \
        CASE p.deptype WHEN 'a' THEN 'nextval(' || quote_literal(q.seqrelid::regclass::text) || '::regclass)' END AS owned \
      FROM pg_sequence q JOIN pg_depend p ON p.classid = 'pg_class'::regclass AND p.objid = q.seqrelid AND p.objsubid = 0 \
        AND p.refclassid = 'pg_class'::regclass AND p.deptype IN ('a', 'i')) s \
      ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND (s.owned IS NULL OR s.owned = pg_get_expr(f.adbin, f.adrelid)) \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {tables} \
    ORDER BY a.attrelid, a.attnum";

/// A row a column of a key; a check has one row, without a column. A server before 15 has no word for NULLs that are alike.
pub(super) const CONSTRAINTS: &str = "\
    SELECT o.conrelid::text, o.oid::text, o.contype::text, o.conname::text, a.attname::text, rn.nspname::text, r.relname::text, \
      b.attname::text, o.confdeltype::text, o.confupdtype::text, o.condeferrable::text, o.condeferred::text, \
      CASE o.contype WHEN 'c' THEN pg_get_expr(o.conbin, o.conrelid) END, \
      CASE o.contype WHEN 'u' THEN (SELECT to_jsonb(i) ->> 'indnullsnotdistinct' FROM pg_index i WHERE i.indexrelid = o.conindid) END \
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
    LEFT JOIN pg_class r ON r.oid = o.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace \
    LEFT JOIN LATERAL unnest(o.conkey, o.confkey) WITH ORDINALITY k(own, other, place) ON o.contype <> 'c' \
    LEFT JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.own \
    LEFT JOIN pg_attribute b ON b.attrelid = o.confrelid AND b.attnum = k.other \
    WHERE o.contype IN ('p', 'u', 'f', 'c') AND o.conparentid = 0 AND {tables} \
    ORDER BY o.conrelid, o.conname, o.oid, k.place";

/// A row a column or expression of an index. What a constraint made for itself is the constraint's.
pub(super) const INDEXES: &str = "\
    SELECT i.indrelid::text, i.indexrelid::text, x.relname::text, i.indisunique::text, \
      CASE WHEN i.indisunique THEN to_jsonb(i) ->> 'indnullsnotdistinct' END, m.amname::text, \
      pg_get_expr(i.indpred, i.indrelid), (k.place > i.indnkeyatts)::text, a.attname::text, \
      CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.place::integer, false) END, \
      k.option::text, l.collname::text, \
      CASE WHEN pg_opclass_is_visible(p.oid) THEN quote_ident(p.opcname) ELSE quote_ident(pn.nspname) || '.' || quote_ident(p.opcname) END \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam \
    CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[]) \
      WITH ORDINALITY k(own, class, collated, option, place) \
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.own AND k.own <> 0 \
    LEFT JOIN pg_opclass p ON p.oid = k.class AND NOT p.opcdefault LEFT JOIN pg_namespace pn ON pn.oid = p.opcnamespace \
    LEFT JOIN pg_collation l ON l.oid = k.collated AND k.collated <> COALESCE(a.attcollation, 'pg_catalog.default'::regcollation) \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {tables} \
      AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')) \
    ORDER BY i.indrelid, x.relname, i.indexrelid, k.place";

pub(super) const ENUMS: &str = "\
    SELECT n.nspname::text, t.typname::text, e.enumlabel::text \
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid \
    WHERE t.typtype = 'e' AND {tables} \
      AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e') \
    ORDER BY n.nspname, t.typname, e.enumsortorder";
