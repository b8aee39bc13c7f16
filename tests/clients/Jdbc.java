import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** JDBC against the wire: rows, parameters, portions, and what it tells of tables.  usage: Jdbc PORT CASES */
public class Jdbc {
    public static void main(String[] args) throws Exception {
        long cases = Long.parseLong(args[1]);
        String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/sunlake?user=somebody";
        try (Connection connection = DriverManager.getConnection(url)) {
            try (ResultSet rows = connection.createStatement().executeQuery("select count(*) from case_state")) {
                check(rows.next() && rows.getLong(1) == cases, "count");
            }
            String sql = "select case_no, due_on from case_state where due_on < ? and case_no > ? limit 3";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                // From the fifth time on the driver asks in binary.
                for (int time = 0; time < 8; time++) {
                    statement.setDate(1, Date.valueOf("2100-01-01"));
                    statement.setString(2, "");
                    try (ResultSet rows = statement.executeQuery()) {
                        check(rows.next() && rows.getDate(2) != null, "row of time " + time);
                    }
                }
            }
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("select case_no from case_state")) {
                statement.setFetchSize(7);
                long read = 0;
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        read++;
                    }
                }
                check(read == cases, "portions: " + read);
            }
            connection.commit();
            connection.setAutoCommit(true);
            Set<String> names = new HashSet<>();
            try (ResultSet tables = connection.getMetaData().getTables(null, "public", "%", null)) {
                while (tables.next()) {
                    names.add(tables.getString("TABLE_NAME"));
                }
            }
            check(names.contains("case_step"), "tables: " + names);
            Set<String> columns = new HashSet<>();
            try (ResultSet found = connection.getMetaData().getColumns(null, "public", "case_step", "%")) {
                while (found.next()) {
                    columns.add(found.getString("COLUMN_NAME") + " " + found.getString("TYPE_NAME"));
                }
            }
            check(columns.contains("step_seq int8") && columns.contains("started_at timestamptz"), "columns: " + columns);
            try {
                connection.createStatement().execute("drop table case_state");
                check(false, "a table was dropped");
            } catch (SQLException error) {
                check("25006".equals(error.getSQLState()), error.getMessage());
            }
            System.out.println("clients: JDBC " + connection.getMetaData().getDriverVersion());
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
