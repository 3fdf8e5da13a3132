//! The tables as Diesel sees them.

diesel::table! {
    organisations (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    members (id) {
        id -> Integer,
        organisation_id -> Integer,
        name -> Text,
        email -> Text,
        phone -> Nullable<Text>,
    }
}

diesel::table! {
    tags (label) {
        label -> Text,
    }
}

diesel::table! {
    member_tags (member_id, tag) {
        member_id -> Integer,
        tag -> Text,
    }
}

diesel::joinable!(members -> organisations (organisation_id));
diesel::joinable!(member_tags -> members (member_id));
diesel::joinable!(member_tags -> tags (tag));
diesel::allow_tables_to_appear_in_same_query!(organisations, members, tags, member_tags);
