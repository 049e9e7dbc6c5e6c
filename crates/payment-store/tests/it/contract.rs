//! Every database keeps the contract of the Store port.

mod sqlite {
    payment_ports::store_contract!(crate::databases::with_sqlite);
}

mod postgres {
    payment_ports::store_contract!(crate::databases::with_postgres);
}

mod mysql {
    payment_ports::store_contract!(crate::databases::with_mysql);
}
