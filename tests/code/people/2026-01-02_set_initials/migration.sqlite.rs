//! The first letter of each name, in upper case by the rules of Unicode.

use diesel::prelude::*;

diesel::table! {
    people {
        id -> Integer,
        name -> Text,
        initial -> Nullable<Text>,
    }
}

pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        let names = people::table.select((people::id, people::name));
        for (id, name) in names.load::<(i32, String)>(connection)? {
            let initial: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
            diesel::update(people::table.find(id))
                .set(people::initial.eq(initial))
                .execute(connection)?;
        }
        Ok(())
    })
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    let none = people::initial.eq(None::<String>);
    diesel::update(people::table).set(none).execute(connection)?;
    Ok(())
}
