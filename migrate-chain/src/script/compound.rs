//! Where a compound statement of MySQL or MariaDB ends: the body of a procedure, function, trigger or event that no
//! `DELIMITER` encloses.
//!
//! Words such as IF, REPEAT, BEGIN and END open and close a block only where a statement can stand; elsewhere they are
//! functions, expressions or plain names. So the places where a statement can stand are followed, nothing else of the
//! grammar is.

use super::token::{Kind, Token};

/// What is known of the statement being read.
#[derive(Default)]
pub(super) struct Compound {
    place: Place,
    /// The blocks that are open, the innermost last.
    open: Vec<Block>,
    /// The token before.
    last: Option<Token>,
    /// Whether it makes a routine, trigger or event, or is a block of its own.
    routine: bool,
    /// Whether a `BEGIN ... END` that is the whole body has been closed.
    closed: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before the first word.
    #[default]
    Fresh,
    /// In a statement that has no body.
    Plain,
    /// After CREATE or ALTER, before the kind of thing.
    Create,
    /// After a BEGIN that starts a transaction, or, with NOT ATOMIC, a block.
    Begin,
    /// In a procedure or function before the end of its parameters, with the parentheses that are open.
    Parameters { function: bool, depth: usize },
    /// After a function's parameters: its type and what is said of it.
    Function,
    /// After a procedure's parameters: what is said of it.
    Procedure,
    /// In a trigger, before FOR EACH ROW.
    Trigger,
    /// After FOR EACH ROW.
    Order,
    /// After FOLLOWS or PRECEDES.
    OrderName,
    /// In an event, before DO.
    Event,
    /// In a package, whose parts are not followed.
    Package,
    /// Where a statement can stand.
    Start,
    /// After a first word that may be a label.
    Label,
    /// After a label's colon.
    Colon,
    /// In a statement of a body, or in the head of a block.
    Inside,
    /// After DECLARE.
    Declare,
    /// After DECLARE ... HANDLER.
    Handler,
    /// Where a handler's condition can stand.
    Condition,
    /// After SQLSTATE in a handler's condition.
    SqlState,
    /// After a handler's condition.
    Conditions,
    /// After END, before the semicolon.
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    If,
    /// The statement CASE.
    Case,
    /// The expression CASE.
    Choice,
    Loop,
    /// WHILE or FOR before its DO.
    Head,
    Repeat,
    /// REPEAT after its UNTIL.
    Until,
}

/// What may stand between a procedure's parameters and its body.
const CHARACTERISTICS: &[&str] = &[
    "COMMENT",
    "LANGUAGE",
    "NOT",
    "DETERMINISTIC",
    "CONTAINS",
    "SQL",
    "NO",
    "READS",
    "DATA",
    "MODIFIES",
    "SECURITY",
    "DEFINER",
    "INVOKER",
];

/// Words after which an expression goes on, so that an END there is a name.
const OPERATORS: &[&str] = &[
    "CASE", "WHEN", "THEN", "ELSE", "AND", "OR", "XOR", "NOT", "LIKE", "IN", "BETWEEN", "IS",
    "DIV", "MOD", "REGEXP", "RLIKE", "DISTINCT", "BY", "SELECT", "WHERE", "ON", "HAVING", "UNTIL",
    "INTERVAL", "BINARY",
];

impl Compound {
    /// Whether no token of a statement has been seen.
    pub(super) fn is_fresh(&self) -> bool {
        self.place == Place::Fresh
    }

    /// A semicolon: whether it ends the statement. Where a `DELIMITER` is set, one in a routine ends it only after a
    /// whole `BEGIN ... END`: the author has said where it ends.
    pub(super) fn semicolon(&mut self, delimited: bool) -> bool {
        while self.open.last() == Some(&Block::Choice) {
            self.open.pop();
        }
        let trusted = delimited && (self.place == Place::Package || self.routine && !self.closed);
        if self.open.is_empty() && !trusted {
            return true;
        }
        if self.place != Place::Package {
            self.place = Place::Start;
        }
        false
    }

    /// Any other token of the statement.
    pub(super) fn step(&mut self, text: &str, token: Token) {
        self.place = self.after(text, token);
        self.last = Some(token);
    }

    /// The place after the token.
    fn after(&mut self, text: &str, token: Token) -> Place {
        match self.place {
            Place::Plain | Place::Package | Place::Ended => self.place,
            Place::Fresh => self.first(text, token),
            Place::Begin if token.is(text, "NOT") => self.block(Block::Begin),
            Place::Begin => Place::Plain,
            Place::Create => self.created(text, token),
            Place::Parameters { function, depth } => parameters(text, token, function, depth),
            Place::Procedure
                if token.kind == Kind::Quoted || token.is_any(text, CHARACTERISTICS) =>
            {
                self.place
            }
            Place::Function => self.function(text, token),
            Place::Trigger if token.is(text, "ROW") && self.follows(text, &["EACH"]) => {
                Place::Order
            }
            Place::Event if token.is(text, "DO") && !self.names(text) => Place::Start,
            Place::Trigger | Place::Event => self.place,
            Place::Order if token.is_any(text, &["FOLLOWS", "PRECEDES"]) => Place::OrderName,
            Place::OrderName => Place::Order,
            Place::Label if token.is_symbol(text, ":") => Place::Colon,
            Place::Declare if token.is(text, "HANDLER") => Place::Handler,
            Place::Declare => Place::Declare,
            Place::Handler if token.is(text, "FOR") => Place::Condition,
            Place::Condition => condition(text, token),
            Place::SqlState if token.kind == Kind::Quoted => Place::Conditions,
            Place::SqlState => Place::SqlState,
            Place::Conditions if token.is_symbol(text, ",") => Place::Condition,
            Place::Label | Place::Handler | Place::Inside => self.inside(text, token),
            Place::Procedure | Place::Order | Place::Conditions | Place::Colon | Place::Start => {
                self.start(text, token)
            }
        }
    }

    /// The first word of the whole statement.
    fn first(&mut self, text: &str, token: Token) -> Place {
        if token.is_any(text, &["CREATE", "ALTER"]) {
            return Place::Create;
        }
        if token.is(text, "BEGIN") {
            return Place::Begin;
        }
        // MariaDB runs these outside a routine too.
        if token.is_any(text, &["IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"]) {
            return self.start(text, token);
        }
        Place::Plain
    }

    /// The words between CREATE and the kind of thing that is made.
    fn created(&mut self, text: &str, token: Token) -> Place {
        if token.kind != Kind::Word || self.follows_symbol(text, &["=", "@", "."]) {
            return Place::Create;
        }
        if token.is_any(text, &["OR", "REPLACE", "DEFINER", "AGGREGATE"]) {
            return Place::Create;
        }
        self.routine = true;
        match () {
            () if token.is(text, "PROCEDURE") => Place::Parameters {
                function: false,
                depth: 0,
            },
            () if token.is(text, "FUNCTION") => Place::Parameters {
                function: true,
                depth: 0,
            },
            () if token.is(text, "TRIGGER") => Place::Trigger,
            () if token.is(text, "EVENT") => Place::Event,
            () if token.is(text, "PACKAGE") => Place::Package,
            () => {
                self.routine = false;
                Place::Plain
            }
        }
    }

    /// A function's type and characteristics, up to the word that can only start its body.
    fn function(&mut self, text: &str, token: Token) -> Place {
        if token.is_symbol(text, ":") {
            return Place::Colon;
        }
        let names = ["SET", "CHARSET", "COLLATE", "LANGUAGE", "COMMENT"];
        let starts = [
            "BEGIN", "RETURN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR",
        ];
        if token.is_any(text, &starts) && !self.follows(text, &names) {
            return self.start(text, token);
        }
        Place::Function
    }

    /// A token where a statement can stand.
    fn start(&mut self, text: &str, token: Token) -> Place {
        match token.kind {
            // `label := 1` is an operator of its own; a colon by itself makes the first word a label.
            Kind::Quoted => return Place::Label,
            Kind::Word => {}
            _ => return Place::Inside,
        }
        match token.text(text).to_ascii_uppercase().as_str() {
            "BEGIN" => self.block(Block::Begin),
            "LOOP" => self.block(Block::Loop),
            "REPEAT" => self.block(Block::Repeat),
            "IF" => self.head(Block::If),
            "CASE" => self.head(Block::Case),
            "WHILE" | "FOR" => self.head(Block::Head),
            "END" => self.end(),
            "NOT" | "ATOMIC" | "ELSE" => Place::Start,
            "DECLARE" => Place::Declare,
            "UNTIL" => {
                if let Some(Block::Repeat) = self.open.pop() {
                    self.open.push(Block::Until);
                }
                Place::Inside
            }
            "ELSEIF" | "WHEN" => Place::Inside,
            _ => Place::Label,
        }
    }

    /// A token in a statement of a body, or in the head of a block.
    fn inside(&mut self, text: &str, token: Token) -> Place {
        let word = token.kind == Kind::Word && !self.follows_symbol(text, &[".", "@"]);
        match self.open.last() {
            _ if !word => Place::Inside,
            _ if token.is(text, "CASE") => self.head(Block::Choice),
            Some(Block::Choice) if token.is(text, "END") && !self.expects_operand(text) => {
                self.open.pop();
                Place::Inside
            }
            Some(Block::Until) if token.is(text, "END") && !self.expects_operand(text) => {
                self.end()
            }
            Some(Block::If | Block::Case) if token.is(text, "THEN") => Place::Start,
            Some(Block::Head) if token.is(text, "DO") => {
                self.open.pop();
                self.block(Block::Loop)
            }
            _ => Place::Inside,
        }
    }

    /// Opens a block whose statements follow at once.
    fn block(&mut self, block: Block) -> Place {
        self.routine = true;
        self.open.push(block);
        Place::Start
    }

    /// Opens a block with a condition or a value before its statements.
    fn head(&mut self, block: Block) -> Place {
        self.open.push(block);
        Place::Inside
    }

    /// Closes the innermost block.
    fn end(&mut self) -> Place {
        self.closed = self.open.pop() == Some(Block::Begin) && self.open.is_empty();
        Place::Ended
    }

    /// Whether the token before is one of these words.
    fn follows(&self, text: &str, words: &[&str]) -> bool {
        self.last.is_some_and(|last| last.is_any(text, words))
    }

    /// Whether the token before is one of these marks.
    fn follows_symbol(&self, text: &str, symbols: &[&str]) -> bool {
        self.last
            .is_some_and(|last| symbols.iter().any(|symbol| last.is_symbol(text, symbol)))
    }

    /// Whether a name stands after the token before.
    fn names(&self, text: &str) -> bool {
        self.follows(text, &["EVENT", "EXISTS", "TO"]) || self.follows_symbol(text, &["."])
    }

    /// Whether the expression cannot end after the token before. END is no reserved word: a column may have that name.
    fn expects_operand(&self, text: &str) -> bool {
        self.last.is_some_and(|last| match last.kind {
            Kind::Symbol => last.text(text) != ")",
            _ => last.is_any(text, OPERATORS),
        })
    }
}

/// The parameters of a procedure or function, in parentheses after its name.
fn parameters(text: &str, token: Token, function: bool, depth: usize) -> Place {
    match depth {
        _ if token.is_symbol(text, "(") => Place::Parameters {
            function,
            depth: depth + 1,
        },
        1 if token.is_symbol(text, ")") => {
            if function {
                Place::Function
            } else {
                Place::Procedure
            }
        }
        2.. if token.is_symbol(text, ")") => Place::Parameters {
            function,
            depth: depth - 1,
        },
        _ => Place::Parameters { function, depth },
    }
}

/// A handler's condition: NOT FOUND, SQLSTATE VALUE '...', a number or a name.
fn condition(text: &str, token: Token) -> Place {
    match () {
        () if token.is(text, "NOT") => Place::Condition,
        () if token.is(text, "SQLSTATE") => Place::SqlState,
        () => Place::Conditions,
    }
}
