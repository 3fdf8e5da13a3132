//! The service itself: what is stored about organisations, members and tags, and what is listed.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use crate::database::Database;
use crate::models::{
    self, MemberTag, Organisation, Tag, member_tags, members, organisations, tags,
};

/// Somebody who joins.
pub(crate) struct NewMember<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) phone: Option<&'a str>,
    pub(crate) tags: &'a [&'a str],
}

/// A member as the service shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) nickname: Option<String>,
    pub(crate) organisation: String,
    pub(crate) joined_at: NaiveDateTime,
    pub(crate) tags: Vec<String>,
}

#[derive(Insertable)]
#[diesel(table_name = members)]
struct MemberRow<'a> {
    organisation_id: i32,
    name: &'a str,
    email: &'a str,
    phone: Option<&'a str>,
}

/// Stores those who are not there yet, all or none. Says how many were new.
pub(crate) fn store(
    database: &mut Database,
    organisation: &str,
    people: &[NewMember<'_>],
) -> QueryResult<usize> {
    database.transaction(|database| {
        let organisation = organisation_id(database, organisation)?;
        let mut stored = 0;
        for person in people {
            if member_id(database, person.email)?.is_none() {
                store_one(database, organisation, person)?;
                stored += 1;
            }
        }
        Ok(stored)
    })
}

fn store_one(
    database: &mut Database,
    organisation_id: i32,
    person: &NewMember<'_>,
) -> QueryResult<()> {
    let NewMember {
        name, email, phone, ..
    } = *person;
    diesel::insert_into(members::table)
        .values(MemberRow {
            organisation_id,
            name,
            email,
            phone,
        })
        .execute(database)?;
    let member = member_id(database, email)?.ok_or(diesel::NotFound)?;
    for tag in person.tags {
        let known = tags::table
            .find(tag)
            .select(tags::label)
            .first::<String>(database)
            .optional()?;
        if known.is_none() {
            let label = (*tag).to_owned();
            diesel::insert_into(tags::table)
                .values(Tag { label })
                .execute(database)?;
        }
        diesel::insert_into(member_tags::table)
            .values(MemberTag {
                member_id: member,
                tag: (*tag).to_owned(),
            })
            .execute(database)?;
    }
    Ok(())
}

fn organisation_id(database: &mut Database, name: &str) -> QueryResult<i32> {
    let find = organisations::table
        .filter(organisations::name.eq(name))
        .select(organisations::id);
    if let Some(id) = find.first(database).optional()? {
        return Ok(id);
    }
    diesel::insert_into(organisations::table)
        .values(organisations::name.eq(name))
        .execute(database)?;
    find.first(database)
}

fn member_id(database: &mut Database, email: &str) -> QueryResult<Option<i32>> {
    members::table
        .filter(members::email.eq(email))
        .select(members::id)
        .first(database)
        .optional()
}

/// Everybody, by name.
pub(crate) fn list(database: &mut Database) -> QueryResult<Vec<Member>> {
    let labels: Vec<MemberTag> = member_tags::table
        .order((member_tags::member_id, member_tags::tag))
        .select(MemberTag::as_select())
        .load(database)?;
    let mut tags: HashMap<i32, Vec<String>> = HashMap::new();
    for MemberTag { member_id, tag } in labels {
        tags.entry(member_id).or_default().push(tag);
    }
    let rows: Vec<(models::Member, Organisation)> = members::table
        .inner_join(organisations::table)
        .order(members::name)
        .select((models::Member::as_select(), Organisation::as_select()))
        .load(database)?;
    let member = |(member, organisation): (models::Member, Organisation)| Member {
        tags: tags.remove(&member.id).unwrap_or_default(),
        name: member.name,
        email: member.email,
        phone: member.phone,
        nickname: member.nickname,
        organisation: organisation.name,
        joined_at: member.joined_at,
    };
    Ok(rows.into_iter().map(member).collect())
}
